import type { ScrapeTask } from '../scrape-task.ts';
import type { FetchRooms } from './fetch-page.ts';
import type { JobAgent } from './job-agent.ts';
import { nextAddress } from './next-address.ts';
import { readBody } from './read-body.ts';
import { discard, headerOf } from './read-page.ts';
import { requestHeaders } from './request-headers.ts';

/** One answer to the question for a text that a site has beside its pages. */
export interface TextAnswer {
  status: number;
  /** Where a redirect leads. */
  next: URL | null;
  /** The body of a 200, and how many bytes it was on the wire; of other answers none. */
  bytes: Buffer;
  wireBytes: number;
}

interface AskOptions {
  task: ScrapeTask;
  signal: AbortSignal;
  bodyBytes: number;
  expandedBytes: number;
}

/** Makes one request by the guard, in the site's turn. Throws GuardRefusal, ScrapeFailure, or what the connection throws. */
export async function askForText(
  { guard, hosts, browserHeaders }: FetchRooms,
  job: JobAgent,
  url: URL,
  { task, signal, ...limits }: AskOptions,
): Promise<TextAnswer> {
  guard.checkUrl(url);
  using _place = await hosts.enter(url.host, signal);
  return await job.ask(url, async (agent, httpVersion) => {
    const headers = requestHeaders({ task, url, cookie: '', browserHeaders, httpVersion });
    const { origin, pathname, search } = url;
    const request = { origin, path: pathname + search, method: 'GET', headers, signal } as const;
    const response = await agent.request(request);
    const status = response.statusCode;
    if (status === 200) {
      const coding = headerOf(response, 'content-encoding') ?? '';
      return { status, next: null, ...(await readBody(response.body, coding, limits, signal)) };
    }
    const location = status >= 300 && status < 400 ? headerOf(response, 'location') : undefined;
    discard(response);
    const next = location === undefined ? null : nextAddress(location, url);
    return { status, next, bytes: Buffer.alloc(0), wireBytes: 0 };
  });
}
