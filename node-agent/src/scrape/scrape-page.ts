import { type ParsedField, parseSelectors, SelectorFault } from '@watt/shared';
import type { EgressProxy } from '../guard/egress-proxy.ts';
import type { UpstreamPool } from '../guard/upstream/upstream-pool.ts';
import type { Deadline } from './deadline.ts';
import type { ParsedPage } from './extract/parse-job.ts';
import type { ParserPool } from './extract/parser-pool.ts';
import { type FetchRooms, fetchPage } from './fetch/fetch-page.ts';
import { createJobAgent } from './fetch/job-agent.ts';
import { assertRobotsAllow } from './fetch/robots.ts';
import { parseAddress } from './parse-address.ts';
import { createPhaseTimes, type PhaseTimes } from './phase-times.ts';
import { type RenderedPage, renderPage } from './render-page.ts';
import { ScrapeFailure } from './scrape-failure.ts';
import type { ScrapeLimits } from './scrape-limits.ts';
import type { ScrapeCompleted, ScrapeMetadata, ScrapeTask } from './scrape-task.ts';
import type { Slots } from './slots.ts';
import type { WarmBrowser } from './warm-browser.ts';

/** What the scrapes of a node share. */
export interface ScrapeRooms {
  limits: ScrapeLimits;
  clock: { now(): number };
  upstreams: UpstreamPool;
  fetching: FetchRooms;
  parsers: ParserPool;
  egress: EgressProxy;
  browser: WarmBrowser | null;
  browserSlots: Slots;
}

interface Course {
  deadline: Deadline;
  times: PhaseTimes;
}

/** Gets one page and reads it. Throws ScrapeFailure, GuardRefusal, DialError, or the deadline's reason. */
export async function scrapePage(
  rooms: ScrapeRooms,
  task: ScrapeTask,
  deadline: Deadline,
): Promise<ScrapeCompleted> {
  const startedAt = performance.now();
  const times = createPhaseTimes();
  const fields = readSelectors(task);
  const page = await getPage(rooms, task, { deadline, times });
  const parsed = await times.measure('parse', () =>
    rooms.parsers.parse(
      {
        body: page.body,
        url: page.url,
        kind: page.kind,
        charset: page.charset,
        format: task.output_format,
        ...(fields && { fields }),
        isMainContent: task.options.main_content ?? false,
        isClean: task.options.clean_html ?? false,
        maxElements: rooms.limits.elements,
        maxResultBytes: rooms.limits.resultBytes,
      },
      deadline.signal,
    ),
  );
  const metadata: ScrapeMetadata = {
    ...describe(task, page, parsed),
    scraped_at: new Date(rooms.clock.now()).toISOString(),
    execution_ms: Math.round(performance.now() - startedAt),
    timings: times.read(),
  };
  return { kind: 'completed', data: parsed.data, metadata, artifacts: page.artifacts };
}

async function getPage(rooms: ScrapeRooms, task: ScrapeTask, course: Course): Promise<RenderedPage> {
  const { javascript, screenshots, pdf } = task.options;
  if (!javascript && !screenshots && !pdf) {
    const page = await fetchPage(rooms.fetching, task, course);
    return { ...page, encoding: null, warnings: [], artifacts: [] };
  }
  const { browser, egress, limits } = rooms;
  if (browser === null) throw new ScrapeFailure('browser', 'This node has no browser.');
  const { deadline, times } = course;
  using _slot = await times.measure('wait', () => rooms.browserSlots.acquire(deadline.signal));
  const url = parseAddress(task.url);
  rooms.fetching.guard.checkUrl(url);
  if (task.options.respect_robots) await askRobots(rooms, task, url, course);
  using _place = await times.measure('wait', () => rooms.fetching.hosts.enter(url.host, deadline.signal));
  const upstream = rooms.upstreams.choose();
  const options = { ...rooms.fetching, browser, egress, limits, upstream };
  return await times.measure('render', () => renderPage(options, task, deadline));
}

/** For a page in the browser; a fetch asks by itself, at every hop. */
async function askRobots(
  { fetching }: ScrapeRooms,
  task: ScrapeTask,
  url: URL,
  { deadline: { signal }, times }: Course,
): Promise<void> {
  const job = createJobAgent(fetching, { times, signal });
  try {
    await assertRobotsAllow(fetching, job, url, { task, signal });
  } finally {
    await job.close();
  }
}

function describe(
  task: ScrapeTask,
  page: RenderedPage,
  parsed: ParsedPage,
): Omit<ScrapeMetadata, 'scraped_at' | 'execution_ms' | 'timings'> {
  const warnings = [...page.warnings, ...parsed.warnings];
  return {
    url: page.url,
    ...(page.url !== task.url && { requested_url: task.url }),
    status: page.status,
    content_type: page.contentType,
    encoding: page.encoding ?? parsed.encoding ?? 'UTF-8',
    redirects: page.redirects,
    title: parsed.title,
    size_bytes: page.wireBytes,
    ...(page.protocol !== undefined && { protocol: page.protocol }),
    ...(page.etag && { etag: page.etag }),
    ...(page.lastModified && { last_modified: page.lastModified }),
    ...(page.cacheControl && { cache_control: page.cacheControl }),
    ...(warnings.length > 0 && { warnings }),
  };
}

/** Here and not in the parser's thread, which has no use for the rest of what reads them. */
function readSelectors({ selectors }: ScrapeTask): ParsedField[] | null {
  try {
    return selectors ? parseSelectors(selectors) : null;
  } catch (error) {
    if (!(error instanceof SelectorFault)) throw error;
    throw badSelector(error);
  }
}

function badSelector(cause: SelectorFault): ScrapeFailure {
  const message = `The selector of "${cause.field}" cannot be used. ${cause.message}`;
  return new ScrapeFailure('selector', message, { cause });
}
