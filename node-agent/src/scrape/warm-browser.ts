import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createGroupMemory, type ProcessMemory, sumMb } from './browser/group-memory.ts';
import { firstLanguage, type PageOptions, usualUserAgent } from './browser/page-options.ts';
import { watchMemory } from './browser/watch-memory.ts';
import { raceAbort } from './deadline.ts';
import {
  type Browser,
  type BrowserContext,
  type CDPSession,
  type ChromiumInstance,
  killGroup,
  type LaunchOptions,
  launchChromium,
  type Page,
  sweepUp,
} from './launch-chromium.ts';
import { ScrapeFailure } from './scrape-failure.ts';

const CLOSE_MS = 3_000;
const MAX_OPENINGS = 2;

export interface BrowserPage {
  page: Page;
  cdp: CDPSession;
}

/** One Chromium, kept running. Each page has a context of its own, which nothing outlives. */
export interface WarmBrowser {
  /**
   * Runs `use` on a fresh page, starting Chromium if it does not run, and throws the page away, if need be with the whole browser.
   * Throws ScrapeFailure `browser` when Chromium cannot start, and the signal's reason when that aborts.
   */
  withPage<T>(options: PageOptions, use: (page: BrowserPage) => Promise<T>, signal: AbortSignal): Promise<T>;
  close(): Promise<void>;
}

interface WarmBrowserOptions extends LaunchOptions {
  /** Pages that one Chromium serves before a fresh one takes over. */
  maxPages: number;
  maxAgeMs: number;
  maxMemoryMb: number;
  /** What one process of it, such as a page's renderer, may have before it is killed. */
  pageMemoryMb: number;
  logger: Logger;
}

interface Instance extends ChromiumInstance {
  /** Pages opened so far, and those open now. */
  served: number;
  active: number;
  /** On the clock of `performance.now()`. */
  startedAt: number;
  isWorn: boolean;
  readMemory: () => ProcessMemory[];
}

export function createWarmBrowser(options: WarmBrowserOptions): WarmBrowser {
  let current: Promise<Instance> | null = null;
  const running = new Set<Instance>();
  const sweeping = new Set<Promise<void>>();

  const launch = async (): Promise<Instance> => {
    const launched = await launchChromium(options);
    const instance = {
      ...launched,
      readMemory: createGroupMemory(launched.pid),
      served: 0,
      active: 0,
      startedAt: performance.now(),
      isWorn: false,
    };
    running.add(instance);
    const stopWatch = watchMemory({
      ...{ readMemory: instance.readMemory, logger: options.logger },
      maxMb: options.pageMemoryMb,
    });
    instance.browser.once('disconnected', () => {
      running.delete(instance);
      stopWatch();
      const done = sweepUp(instance, options.logger).finally(() => sweeping.delete(done));
      sweeping.add(done);
    });
    return instance;
  };
  const take = async (): Promise<Instance> => {
    for (;;) {
      current ??= launch();
      const attempt = current;
      const instance = await attempt.catch((error) => {
        if (current === attempt) current = null;
        throw error;
      });
      if (instance.browser.isConnected() && !instance.isWorn) {
        instance.served += 1;
        instance.active += 1;
        instance.isWorn = instance.served >= options.maxPages;
        return instance;
      }
      if (current === attempt) current = null;
      if (instance.active === 0) void shut(instance);
    }
  };
  const giveBack = async (instance: Instance): Promise<void> => {
    instance.isWorn ||= isWornOut(instance, options);
    instance.active -= 1;
    if (instance.active === 0 && instance.isWorn) await shut(instance);
  };
  const shut = (instance: Instance) => endWithin(instance.browser.close(), instance, options.logger);

  const open = async (pageOptions: PageOptions, signal: AbortSignal) => {
    for (let attempt = 1; ; attempt += 1) {
      const instance = await raceAbort(takeUnlessAborted(take, giveBack, signal), signal);
      const opening = openContext(instance.browser, { ...pageOptions, proxyUrl: options.proxyUrl });
      try {
        return { instance, ...(await raceAbort(opening, signal)) };
      } catch (error) {
        // A browser that opens no page, perhaps since it has just died, gets no more jobs.
        if (!signal.aborted) instance.isWorn = true;
        await endWithin(
          opening.then(({ context }) => context.close()),
          instance,
          options.logger,
        );
        await giveBack(instance);
        signal.throwIfAborted();
        if (attempt === MAX_OPENINGS) throw notOpened(error);
      }
    }
  };

  return {
    async withPage(pageOptions, use, signal) {
      const { instance, context, page } = await open(pageOptions, signal);
      try {
        const cdp = await raceAbort(context.newCDPSession(page), signal);
        return await raceAbort(use({ page, cdp }), signal);
      } finally {
        await endWithin(context.close(), instance, options.logger);
        await giveBack(instance);
      }
    },
    async close() {
      await current?.catch(() => undefined);
      current = null;
      await Promise.all([...running].map(shut));
      await Promise.all(sweeping);
    },
  };
}

/** Whether it has served enough pages or time, or keeps more memory than pages that have gone can explain. */
function isWornOut(
  { served, startedAt, readMemory }: Instance,
  { maxPages, maxAgeMs, maxMemoryMb }: WarmBrowserOptions,
): boolean {
  if (served >= maxPages || performance.now() - startedAt > maxAgeMs) return true;
  return sumMb(readMemory()) > maxMemoryMb;
}

/** A browser taken for a job that has ended meanwhile goes straight back. */
async function takeUnlessAborted(
  take: () => Promise<Instance>,
  giveBack: (instance: Instance) => Promise<void>,
  signal: AbortSignal,
): Promise<Instance> {
  const instance = await take();
  if (!signal.aborted) return instance;
  await giveBack(instance);
  throw signal.reason;
}

function notOpened(cause: unknown): ScrapeFailure {
  return new ScrapeFailure('browser', 'The browser could not open a page.', { cause });
}

async function openContext(
  browser: Browser,
  options: PageOptions & { proxyUrl: string },
): Promise<{ context: BrowserContext; page: Page }> {
  const { isPhone, language, userAgent, cookies } = options;
  const context = await browser.newContext({
    // Its password is given where requests are intercepted: Playwright would stop every request of the page for it.
    proxy: { server: options.proxyUrl },
    javaScriptEnabled: options.isScripted,
    viewport: options.viewport,
    deviceScaleFactor: options.scale,
    isMobile: isPhone,
    hasTouch: isPhone,
    ...(language !== undefined && { locale: firstLanguage(language) }),
    serviceWorkers: 'block',
    acceptDownloads: false,
    userAgent: userAgent ?? usualUserAgent(browser.version(), isPhone),
  });
  if (cookies.length > 0) await context.addCookies(cookies);
  const page = await context.newPage();
  context.on('page', (popup) => {
    // A pop-up adds nothing to the result; one that is already gone needs no closing.
    popup.close().catch(() => undefined);
  });
  return { context, page };
}

/** Waits for a close that should be quick, then kills the browser's whole process group. */
async function endWithin(closing: Promise<void>, instance: Instance, logger: Logger): Promise<void> {
  const timer = new AbortController();
  const isClosed = await Promise.race([
    closing.then(
      () => true,
      () => !instance.browser.isConnected(),
    ),
    sleep(CLOSE_MS, false, { signal: timer.signal }).catch(() => false),
  ]);
  timer.abort();
  if (isClosed) return;
  logger.warn({ pid: instance.pid }, 'Chromium hangs; killing it');
  killGroup(instance.pid, logger);
}
