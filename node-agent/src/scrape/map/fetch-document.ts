import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Agent } from 'undici';
import type { FetchRooms } from '../fetch/fetch-page.ts';
import { readBody } from '../fetch/read-body.ts';
import { discard, headerOf } from '../fetch/read-page.ts';
import { requestHeaders } from '../fetch/request-headers.ts';
import type { ScrapeTask } from '../scrape-task.ts';

const MAX_HOPS = 5;
const FETCH_MS = 10_000;
const GZIP = Buffer.from([0x1f, 0x8b]);

export interface SiteDocument {
  text: string;
  wireBytes: number;
}

/**
 * A text that a site has beside its pages, whatever type it is said to have; gzip is undone, as for sitemap.xml.gz. Every hop goes through the
 * guard. Null when it cannot be had, for whatever reason: it is one of several and the rest goes on. Throws the signal's reason only.
 */
export async function fetchDocument(
  rooms: FetchRooms,
  agent: Agent,
  start: URL,
  { task, signal, maxBytes }: { task: ScrapeTask; signal: AbortSignal; maxBytes: number },
): Promise<SiteDocument | null> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(FETCH_MS)]);
  let url = start;
  try {
    for (let hop = 0; hop < MAX_HOPS; hop += 1) {
      rooms.guard.checkUrl(url);
      using _place = await rooms.hosts.enter(url.host, limit);
      const { browserHeaders, protocols } = rooms;
      const httpVersion = protocols.versionOf(url);
      const headers = requestHeaders({ task, url, cookie: '', browserHeaders, httpVersion });
      const { origin, pathname, search } = url;
      const request = { origin, path: pathname + search, method: 'GET', headers, signal: limit } as const;
      const response = await agent.request(request);
      if (response.statusCode === 200) {
        const limits = { bodyBytes: Math.min(maxBytes, rooms.limits.bodyBytes), expandedBytes: maxBytes };
        const coding = headerOf(response, 'content-encoding') ?? '';
        const { bytes, wireBytes } = await readBody(response.body, coding, limits, limit);
        return { text: (await unzip(bytes, maxBytes)).toString('utf8'), wireBytes };
      }
      const location = headerOf(response, 'location');
      discard(response);
      if (location === undefined || response.statusCode < 300 || response.statusCode >= 400) return null;
      url = new URL(location, url);
    }
    return null;
  } catch {
    signal.throwIfAborted();
    return null;
  }
}

async function unzip(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  if (!bytes.subarray(0, GZIP.length).equals(GZIP)) return bytes;
  return promisify(gunzip)(bytes, { maxOutputLength: maxBytes });
}
