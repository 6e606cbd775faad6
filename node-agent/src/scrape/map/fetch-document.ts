import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { askForText } from '../fetch/ask-for-text.ts';
import type { FetchRooms } from '../fetch/fetch-page.ts';
import type { JobAgent } from '../fetch/job-agent.ts';
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
  job: JobAgent,
  start: URL,
  { task, signal, maxBytes }: { task: ScrapeTask; signal: AbortSignal; maxBytes: number },
): Promise<SiteDocument | null> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(FETCH_MS)]);
  const limits = { bodyBytes: Math.min(maxBytes, rooms.limits.bodyBytes), expandedBytes: maxBytes };
  let url = start;
  try {
    for (let hop = 0; hop < MAX_HOPS; hop += 1) {
      const answer = await askForText(rooms, job, url, { task, signal: limit, ...limits });
      if (answer.status === 200) {
        const text = (await unzip(answer.bytes, maxBytes)).toString('utf8');
        return { text, wireBytes: answer.wireBytes };
      }
      if (answer.next === null) return null;
      url = answer.next;
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
