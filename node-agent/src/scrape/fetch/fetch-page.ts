import type { Agent, Dispatcher } from 'undici';
import type { Guard } from '../../guard/guard.ts';
import type { StartTls } from '../../guard/guarded-connector.ts';
import { UpstreamError } from '../../guard/upstream/upstream-error.ts';
import type { UpstreamPool } from '../../guard/upstream/upstream-pool.ts';
import type { ContentKind } from '../content-kind.ts';
import type { Deadline } from '../deadline.ts';
import { parseAddress } from '../parse-address.ts';
import type { PhaseTimes } from '../phase-times.ts';
import { ScrapeFailure } from '../scrape-failure.ts';
import type { ScrapeLimits } from '../scrape-limits.ts';
import type { Redirect, ScrapeTask } from '../scrape-task.ts';
import type { BrowserHeaders } from './browser-headers.ts';
import { createJobCookies, type JobCookies } from './cookies.ts';
import { asFetchError } from './fetch-error.ts';
import { createJobAgent, type JobAgent } from './job-agent.ts';
import { nextAddress } from './next-address.ts';
import type { PoliteHosts } from './polite-hosts.ts';
import { discard, headerOf, readPage } from './read-page.ts';
import { type HttpVersion, type KnownProtocols, requestHeaders } from './request-headers.ts';
import { type Tried, withRetries } from './retry.ts';
import { retryAfterMs } from './retry-after.ts';
import { assertRobotsAllow, type RobotsRules } from './robots.ts';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Answers that may be another in a moment. */
const PASSING = new Set([429, 502, 503, 504]);

export interface FetchedPage {
  url: string;
  status: number;
  contentType: string | null;
  kind: ContentKind;
  charset: string | undefined;
  /** Bytes as the server meant them, or text that was made of them. */
  body: Buffer | string;
  wireBytes: number;
  etag: string | null;
  lastModified: string | null;
  cacheControl: string | null;
  /** By ALPN's name. */
  protocol: string;
  redirects: Redirect[];
}

/** What all fetches of a node share. */
export interface FetchRooms {
  guard: Guard;
  startTls: StartTls;
  upstreams: UpstreamPool;
  hosts: PoliteHosts;
  robots: RobotsRules;
  protocols: KnownProtocols;
  browserHeaders: BrowserHeaders;
  limits: ScrapeLimits;
}

/**
 * Gets one page without a browser. Redirects are followed by hand, each through the guard. An answer of any status is a page.
 * Throws ScrapeFailure, GuardRefusal, DialError, or the signal's reason.
 */
export async function fetchPage(
  rooms: FetchRooms,
  task: ScrapeTask,
  { deadline, times }: { deadline: Deadline; times: PhaseTimes },
): Promise<FetchedPage> {
  const start = parseAddress(task.url);
  const cookies = await createJobCookies(start, task.options.cookies);
  const job = createJobAgent(rooms, { times, signal: deadline.signal });
  const visit: Visit = { rooms, task, deadline, times, cookies, job, redirects: [] };
  try {
    let url = start;
    for (;;) {
      const step = await withRetries(() => take(visit, url), deadline);
      if ('page' in step) return { ...step.page, protocol: job.protocolOf(url), redirects: visit.redirects };
      visit.redirects.push({ url: url.href, status: step.status });
      if (visit.redirects.length > rooms.limits.redirects) {
        throw new ScrapeFailure('redirects', `The page redirects more than ${rooms.limits.redirects} times.`);
      }
      url = nextAddress(step.location, url);
    }
  } finally {
    await job.close();
  }
}

interface Visit {
  rooms: FetchRooms;
  task: ScrapeTask;
  deadline: Deadline;
  times: PhaseTimes;
  cookies: JobCookies;
  job: JobAgent;
  redirects: Redirect[];
}

type Step = { location: string; status: number } | { page: Omit<FetchedPage, 'protocol' | 'redirects'> };

/** One hop, in the site's turn. */
async function take(visit: Visit, url: URL): Promise<Tried<Step>> {
  const { rooms, task, times, job } = visit;
  const { signal } = visit.deadline;
  rooms.guard.checkUrl(url);
  if (task.options.respect_robots) await assertRobotsAllow(rooms, job, url, { task, signal });
  using _place = await times.measure('wait', () => rooms.hosts.enter(url.host, signal));
  try {
    return await job.ask(url, (agent, httpVersion) => ask(visit, url, { agent, httpVersion }));
  } catch (error) {
    const failure = asFetchError(error, signal);
    if (failure instanceof UpstreamError) job.changeUpstream(failure);
    throw failure;
  }
}

/** One request and its answer. */
async function ask(
  { rooms, task, deadline: { signal }, times, cookies }: Visit,
  url: URL,
  { agent, httpVersion }: { agent: Agent; httpVersion: HttpVersion },
): Promise<Tried<Step>> {
  const cookie = await cookies.headerFor(url);
  const { browserHeaders } = rooms;
  const headers = requestHeaders({ task, url, cookie, browserHeaders, httpVersion });
  const response = await send(agent, url, { headers, times, signal });
  await cookies.take(url, response.headers['set-cookie']);
  const location = REDIRECTS.has(response.statusCode) ? headerOf(response, 'location') : undefined;
  if (location) {
    discard(response);
    return { value: { location, status: response.statusCode }, betterAfterMs: null };
  }
  const isPassing = PASSING.has(response.statusCode);
  const afterMs = isPassing ? retryAfterMs(headerOf(response, 'retry-after'), Date.now()) : 0;
  if (isPassing && afterMs > 0) rooms.hosts.leaveInPeace(url.host, afterMs);
  const page = await readPage(response, url, { limits: rooms.limits, signal, times });
  return { value: { page }, betterAfterMs: isPassing ? afterMs : null };
}

interface SendOptions {
  headers: Record<string, string>;
  times: PhaseTimes;
  signal: AbortSignal;
}

async function send(
  agent: Agent,
  url: URL,
  { headers, times, signal }: SendOptions,
): Promise<Dispatcher.ResponseData> {
  const path = `${url.pathname}${url.search}`;
  const before = times.connecting();
  const startedAt = performance.now();
  const response = await agent.request({ origin: url.origin, path, method: 'GET', headers, signal });
  times.add('response', performance.now() - startedAt - (times.connecting() - before));
  return response;
}
