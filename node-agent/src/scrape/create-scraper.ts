import type { Logger } from 'pino';
import { createEgressProxy, type EgressProxy } from '../guard/egress-proxy.ts';
import type { Guard } from '../guard/guard.ts';
import { createStartTls } from '../guard/guarded-connector.ts';
import type { UpstreamPool } from '../guard/upstream/upstream-pool.ts';
import { captureDocument } from './capture-page.ts';
import { createDeadline } from './deadline.ts';
import { createParserPool } from './extract/parser-pool.ts';
import { createBrowserHeaders } from './fetch/browser-headers.ts';
import type { FetchRooms } from './fetch/fetch-page.ts';
import { createPoliteHosts } from './fetch/polite-hosts.ts';
import { createKnownProtocols } from './fetch/request-headers.ts';
import { createRobotsRules } from './fetch/robots.ts';
import { mapSite } from './map/map-site.ts';
import { toFailed } from './scrape-failure.ts';
import type { ScrapeLimits } from './scrape-limits.ts';
import { type ScrapeRooms, scrapePage } from './scrape-page.ts';
import type { ScrapeOutcome, ScrapeTask } from './scrape-task.ts';
import { createSlots } from './slots.ts';
import { createWarmBrowser, type WarmBrowser } from './warm-browser.ts';

const PROBE_MS = 45_000;
const ROOT_WARNING =
  'Chromium runs as root without its sandbox, so a page that breaks out of the renderer is root here. Run the node as a user of its own.';
const PROBE_CHARACTERS = 1_000;

export interface ScraperOptions {
  guard: Guard;
  /** The operator's proxies, closed with the scraper. */
  upstreams: UpstreamPool;
  /** PEM certificates that sites may have besides publicly trusted ones. */
  trustedCertificates?: readonly string[];
  /** From `findChromium`; null for a node that only fetches. */
  chromiumPath: string | null;
  /** Milliseconds since 1970, for `scraped_at`. */
  clock: { now(): number };
  limits: ScrapeLimits;
  logger: Logger;
  /** Then Chromium is started as another user, since its sandbox refuses root; see `startBrowser`. */
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

/** Starts the parser, the browser's proxy and, where there is one, the browser. */
export async function createScraper(options: ScraperOptions): Promise<Scraper> {
  const { guard, limits, logger } = options;
  const closing = new AbortController();
  const egress = await createEgressProxy(guard);
  const browser = await startBrowser(options, egress);
  const fetching: FetchRooms = {
    ...{ guard, limits, upstreams: options.upstreams },
    startTls: createStartTls({ ...limits, trusted: options.trustedCertificates ?? [] }),
    hosts: createPoliteHosts(limits.requestsPerHost),
    robots: createRobotsRules(options.clock),
    protocols: createKnownProtocols(),
    browserHeaders: createBrowserHeaders(),
  };
  const parsers = createParserPool({ threads: limits.parserThreads, heapMb: limits.parserHeapMb });
  const rooms: ScrapeRooms = {
    ...{ limits, clock: options.clock, upstreams: options.upstreams },
    fetching,
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
      const work = task.map ? mapSite(rooms, task, task.map, deadline) : scrapePage(rooms, task, deadline);
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
      await Promise.all([parsers.close(), browser?.close()]);
      await egress.close();
    },
  };
}

async function startBrowser(options: ScraperOptions, egress: EgressProxy): Promise<WarmBrowser | null> {
  const { chromiumPath, isRoot, limits, logger } = options;
  if (chromiumPath === null) return null;
  for (const runAs of isRoot ? (['lower-user', 'root'] as const) : (['kept'] as const)) {
    const browser = createWarmBrowser({
      executablePath: chromiumPath,
      proxyUrl: egress.url,
      maxPages: limits.browserPages,
      maxAgeMs: limits.browserAgeMs,
      maxMemoryMb: limits.browserMemoryMb,
      pageMemoryMb: limits.pageMemoryMb,
      runAs,
      logger,
    });
    try {
      await probe(browser, limits);
      if (runAs === 'root') logger.warn(ROOT_WARNING);
      return browser;
    } catch (error) {
      logger.warn({ err: error, chromiumPath, runAs }, 'Chromium does not work here');
      await browser.close();
    }
  }
  return null;
}

/** Opens and reads an empty page: a launch alone does not show whether renderers can start. */
async function probe(browser: WarmBrowser, limits: ScrapeLimits): Promise<void> {
  using deadline = createDeadline(PROBE_MS, []);
  const pageOptions = {
    viewport: { width: limits.viewportWidth, height: limits.viewportHeight },
    ...{ isScripted: true, isPhone: false, scale: 1, cookies: [] },
  };
  await browser.withPage(pageOptions, ({ cdp }) => captureDocument(cdp, PROBE_CHARACTERS), deadline.signal);
}
