import { parseSelectors, SelectorFault } from '@watt/shared';
import type { Logger } from 'pino';
import type { Agent } from 'undici';
import { createEgressProxy, type EgressProxy } from '../guard/egress-proxy.ts';
import type { Guard } from '../guard/guard.ts';
import { createGuardedAgent } from '../guard/guarded-connector.ts';
import type { UpstreamPool } from '../guard/upstream/upstream-pool.ts';
import { captureDocument } from './capture-page.ts';
import { createDeadline, type Deadline } from './deadline.ts';
import type { ParsedPage } from './extract/parse-job.ts';
import { createParserPool, type ParserPool } from './extract/parser-pool.ts';
import { type FetchedPage, fetchPage } from './fetch-page.ts';
import { type RenderedPage, renderPage } from './render-page.ts';
import { ScrapeFailure, toFailed } from './scrape-failure.ts';
import type { ScrapeLimits } from './scrape-limits.ts';
import type { ScrapeCompleted, ScrapeMetadata, ScrapeOutcome, ScrapeTask } from './scrape-task.ts';
import { createSlots, type Slots } from './slots.ts';
import { createWarmBrowser, type WarmBrowser } from './warm-browser.ts';

const PROBE_MS = 45_000;
const PROBE_CHARACTERS = 1_000;

export interface ScraperOptions {
  guard: Guard;
  /** The operator's proxies, closed with the scraper. */
  upstreams: UpstreamPool;
  /** From `findChromium`; null for a node that only fetches. */
  chromiumPath: string | null;
  /** Milliseconds since 1970, for `scraped_at`. */
  clock: { now(): number };
  limits: ScrapeLimits;
  logger: Logger;
  /** Chromium cannot start its sandbox under root. */
  isRoot: boolean;
}

export interface Scraper {
  /** What was tried on this machine and worked. */
  capabilities: { static: true; javascript: boolean; screenshots: boolean };
  /**
   * Scrapes one page within `task.options.timeout` seconds, waiting for a place included. Every expected failure is an outcome;
   * rejects with the signal's reason when the caller aborts, and with anything that is a fault of this program.
   */
  scrape(task: ScrapeTask, signal: AbortSignal): Promise<ScrapeOutcome>;
  /** Ends what runs and leaves no socket, thread or process behind. */
  close(): Promise<void>;
}

interface Rooms {
  options: ScraperOptions;
  agent: Agent;
  parsers: ParserPool;
  egress: EgressProxy;
  browser: WarmBrowser | null;
  browserSlots: Slots;
}

/** Starts the parser, the browser's proxy and, where there is one, the browser. */
export async function createScraper(options: ScraperOptions): Promise<Scraper> {
  const { guard, limits, logger } = options;
  const closing = new AbortController();
  const egress = await createEgressProxy(guard);
  const browser = await startBrowser(options, egress);
  const agent = createGuardedAgent({ guard, ...limits, signal: closing.signal });
  const parsers = createParserPool({ threads: limits.parserThreads, heapMb: limits.parserHeapMb });
  const rooms: Rooms = {
    options,
    agent,
    parsers,
    egress,
    browser,
    browserSlots: createSlots(limits.browserSlots),
  };
  const running = new Set<Promise<unknown>>();

  return {
    capabilities: { static: true, javascript: browser !== null, screenshots: browser !== null },
    async scrape(task, signal) {
      using deadline = createDeadline(task.options.timeout * 1000, [signal, closing.signal]);
      const work = scrapePage(rooms, task, deadline);
      running.add(work);
      // The outcome does not wait for what is left to clean up after a deadline; `close` does.
      work.catch(() => undefined).finally(() => running.delete(work));
      try {
        return await deadline.race(work);
      } catch (error) {
        logger.debug({ err: error, url: task.url }, 'scrape failed');
        return toFailed(error);
      }
    },
    async close() {
      closing.abort(new Error('the scraper is closing'));
      options.upstreams.close();
      await Promise.allSettled(running);
      await Promise.all([agent.destroy(), parsers.close(), browser?.close()]);
      await egress.close();
    },
  };
}

async function startBrowser(options: ScraperOptions, egress: EgressProxy): Promise<WarmBrowser | null> {
  const { chromiumPath, isRoot, limits, logger } = options;
  if (chromiumPath === null) return null;
  if (isRoot) {
    logger.warn(
      'running as root: Chromium runs without its sandbox, so a page that breaks out of the renderer is root here. Run the node as a user of its own.',
    );
  }
  const browser = createWarmBrowser({
    executablePath: chromiumPath,
    proxyUrl: egress.url,
    maxPages: limits.browserPages,
    isRoot,
    logger,
  });
  try {
    await probe(browser, limits);
    return browser;
  } catch (error) {
    logger.warn(
      { err: error, chromiumPath },
      'Chromium does not work here; this node fetches without a browser',
    );
    await browser.close();
    return null;
  }
}

/** Opens and reads an empty page: a launch alone does not show whether renderers can start. */
async function probe(browser: WarmBrowser, limits: ScrapeLimits): Promise<void> {
  using deadline = createDeadline(PROBE_MS, []);
  const pageOptions = {
    credentials: { username: 'probe', password: 'probe' },
    isScripted: true,
    viewport: { width: limits.viewportWidth, height: limits.viewportHeight },
  };
  await browser.withPage(pageOptions, ({ cdp }) => captureDocument(cdp, PROBE_CHARACTERS), deadline.signal);
}

async function scrapePage(rooms: Rooms, task: ScrapeTask, deadline: Deadline): Promise<ScrapeCompleted> {
  const startedAt = performance.now();
  const { options, parsers } = rooms;
  checkSelectors(task);
  const page = await getPage(rooms, task, deadline);
  const parsed = await parsers.parse(
    {
      body: page.body,
      url: page.url,
      kind: page.kind,
      charset: page.charset,
      format: task.output_format,
      ...(task.selectors && { selectors: task.selectors }),
      isMainContent: task.options.main_content ?? false,
      isClean: task.options.clean_html ?? false,
      maxElements: options.limits.elements,
      maxResultBytes: options.limits.resultBytes,
    },
    deadline.signal,
  );
  return {
    kind: 'completed',
    data: parsed.data,
    metadata: describe(task, page, parsed, {
      scrapedAt: new Date(options.clock.now()).toISOString(),
      executionMs: Math.round(performance.now() - startedAt),
    }),
    artifacts: page.screenshot ? [page.screenshot] : [],
  };
}

async function getPage(rooms: Rooms, task: ScrapeTask, deadline: Deadline): Promise<RenderedPage> {
  const { guard, limits } = rooms.options;
  if (!task.options.javascript && !task.options.screenshots) {
    return asRendered(await fetchPage({ agent: rooms.agent, guard, limits }, task.url, deadline.signal));
  }
  const { browser, egress } = rooms;
  if (browser === null) throw new ScrapeFailure('browser', 'This node has no browser.');
  using _slot = await rooms.browserSlots.acquire(deadline.signal);
  return await renderPage({ browser, egress, guard, limits }, task, deadline);
}

function asRendered({ bytes, ...page }: FetchedPage): RenderedPage {
  return { ...page, body: bytes, encoding: null, warnings: [], screenshot: null };
}

interface Times {
  scrapedAt: string;
  executionMs: number;
}

function describe(task: ScrapeTask, page: RenderedPage, parsed: ParsedPage, times: Times): ScrapeMetadata {
  const warnings = [...page.warnings, ...parsed.warnings];
  return {
    url: page.url,
    ...(page.url !== task.url && { requested_url: task.url }),
    status: page.status,
    content_type: page.contentType,
    encoding: page.encoding ?? parsed.encoding ?? 'UTF-8',
    redirects: page.redirects,
    title: parsed.title,
    scraped_at: times.scrapedAt,
    size_bytes: page.wireBytes,
    execution_ms: times.executionMs,
    ...(warnings.length > 0 && { warnings }),
  };
}

function checkSelectors(task: ScrapeTask): void {
  try {
    parseSelectors(task.selectors ?? {});
  } catch (error) {
    const { field, message } =
      error instanceof SelectorFault ? error : { field: '', message: 'It is not valid.' };
    throw new ScrapeFailure('selector', `The selector of "${field}" cannot be used. ${message}`, {
      cause: error,
    });
  }
}
