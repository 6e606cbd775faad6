import { setTimeout as sleep } from 'node:timers/promises';
import type { EgressJob } from '../guard/egress-job.ts';
import type { EgressProxy } from '../guard/egress-proxy.ts';
import type { Guard } from '../guard/guard.ts';
import type { Upstream } from '../guard/upstream/upstream.ts';
import { awaitReadiness } from './browser/await-readiness.ts';
import { interceptRequests } from './browser/intercept-requests.ts';
import { toPageOptions } from './browser/page-options.ts';
import { performWishes } from './browser/perform-wishes.ts';
import { watchRequests } from './browser/watch-requests.ts';
import { browserFailure, documentFailure } from './browser-failure.ts';
import { captureDocument, capturePdf, captureScreenshot } from './capture-page.ts';
import { type ContentKind, charsetLabel, contentKind } from './content-kind.ts';
import { type Deadline, raceAbort } from './deadline.ts';
import { unsupported } from './fetch/read-page.ts';
import type { Response } from './launch-chromium.ts';
import { type MainDocument, watchMainDocument } from './main-document.ts';
import { parseAddress } from './parse-address.ts';
import { ScrapeFailure } from './scrape-failure.ts';
import type { ScrapeLimits } from './scrape-limits.ts';
import type { Redirect, ScrapeArtifact, ScrapeTask } from './scrape-task.ts';
import type { BrowserPage, WarmBrowser } from './warm-browser.ts';

/** Pictures and scripts that are still on their way then are not waited for. */
const MAX_LOAD_MS = 10_000;
const MAX_SETTLE_MS = 3_000;
/** Both waits together take at most this share of the time left, so that reading the page is never what runs out of it. */
const WAIT_SHARE = 0.4;
const GRACE_MS = 300;
const MAX_READS = 3;

export interface RenderedPage {
  url: string;
  status: number;
  contentType: string | null;
  kind: ContentKind;
  charset: string | undefined;
  /** The document as it stood, or the bytes of an answer that is no document. */
  body: string | Buffer;
  encoding: string | null;
  wireBytes: number;
  redirects: Redirect[];
  warnings: string[];
  artifacts: ScrapeArtifact[];
  protocol?: string;
  etag?: string | null;
  lastModified?: string | null;
  cacheControl: string | null;
}

export interface RenderOptions {
  browser: WarmBrowser;
  egress: EgressProxy;
  guard: Guard;
  limits: ScrapeLimits;
  /** The operator's proxy that this job uses, if any. */
  upstream: Upstream | null;
}

/** Gets one page with the browser. Throws ScrapeFailure, GuardRefusal, or the deadline's reason. */
export async function renderPage(
  options: RenderOptions,
  task: ScrapeTask,
  deadline: Deadline,
): Promise<RenderedPage> {
  const { browser, egress, guard, limits } = options;
  guard.checkUrl(parseAddress(task.url));
  const job = egress.openJob({ maxBytes: limits.browserBytes, upstream: options.upstream });
  try {
    const pageOptions = toPageOptions(task, limits);
    const { viewport } = pageOptions;
    return await browser.withPage(
      pageOptions,
      (page) => visit({ ...page, job, limits, task, deadline, viewport }),
      deadline.signal,
    );
  } finally {
    egress.closeJob(job);
  }
}

interface Visit extends BrowserPage {
  job: EgressJob;
  limits: ScrapeLimits;
  task: ScrapeTask;
  deadline: Deadline;
  viewport: { width: number; height: number };
}

async function visit(visit: Visit): Promise<RenderedPage> {
  const main = watchMainDocument(visit.page);
  try {
    return await raceAbort(Promise.race([main.brokeOff, openAndRead(visit, main)]), visit.job.ended);
  } catch (error) {
    const { signal } = visit.deadline;
    // Chromium's report of a failed navigation may come after the call that stumbled over it.
    if (!signal.aborted) await sleep(GRACE_MS, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
    throw browserFailure(error, { main, egress: visit.job });
  }
}

async function openAndRead(visit: Visit, main: MainDocument): Promise<RenderedPage> {
  const warnings = await open(visit, main);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await read(visit, main, warnings);
    } catch (error) {
      if (error instanceof ScrapeFailure) throw error;
      if (attempt === MAX_READS) throw main.hasMovedOn() ? leadsOn(error) : error;
      // A script led elsewhere while the page was read: the next document is the one to read.
      await visit.page.waitForLoadState('domcontentloaded', { timeout: visit.deadline.remainingMs() });
    }
  }
}

/** Goes to the page and waits until it stands; returns what the result should warn of. */
async function open(visit: Visit, main: MainDocument): Promise<string[]> {
  const { page, cdp, job, task, deadline } = visit;
  const warnings: string[] = [];
  const requests = watchRequests(page, cdp);
  await interceptRequests(cdp, { task, password: { username: job.username, password: job.password } });
  // Two steps, since scripts may lead elsewhere before the first document is complete, which goto takes for a failure.
  const going = page.goto(task.url, { waitUntil: 'commit', timeout: deadline.remainingMs() });
  await Promise.race([going, main.askedForProgram]).catch((error) => {
    if (!main.hasMovedOn()) throw error;
  });
  await arrive(visit, 'interactive', deadline.remainingMs());
  const waitMs = deadline.remainingMs() * WAIT_SHARE;
  const isLoaded = await arrive(visit, 'complete', Math.min(MAX_LOAD_MS, waitMs)).then(
    () => true,
    () => false,
  );
  if (!isLoaded) warnings.push('some pictures, styles or scripts had not arrived when the page was read');
  else if (task.options.javascript && task.options.wait_for === undefined) {
    // An agent that says what it waits for waits for nothing else.
    await requests.settle(Math.min(MAX_SETTLE_MS, waitMs), deadline.signal);
  }
  const failure = documentFailure({ main, egress: job });
  if (failure) throw failure;
  await performWishes({ page, cdp, task, deadline, requests });
  return warnings;
}

/** Resolves when the document is so far, by its event or by its own word; rejects when it is not within `timeout` milliseconds. */
async function arrive(
  { page, cdp }: Visit,
  readiness: 'interactive' | 'complete',
  timeout: number,
): Promise<void> {
  const over = new AbortController();
  const event = readiness === 'complete' ? 'load' : 'domcontentloaded';
  try {
    await Promise.race([
      page.waitForLoadState(event, { timeout }),
      awaitReadiness(cdp, readiness, over.signal),
    ]);
  } finally {
    over.abort();
  }
}

async function read(
  { page, cdp, limits, task, deadline, job, viewport }: Visit,
  main: MainDocument,
  warnings: string[],
): Promise<RenderedPage> {
  const response = main.response();
  if (!response || !/^https?:/.test(page.url())) throw notOnTheWeb(page.url());
  const contentType = response.headers()['content-type'] ?? null;
  const kind = contentType === null ? 'html' : contentKind(contentType);
  // Chromium has a viewer for PDFs, which shows nothing that could be read.
  if (kind === null || kind === 'pdf') throw unsupported(contentType);
  const { screenshots, screenshot: wanted = {}, pdf } = task.options;
  const timeoutMs = deadline.remainingMs() * WAIT_SHARE;
  const picture = { page, cdp, limits, wanted, viewport, timeoutMs };
  const artifacts = [
    ...(screenshots ? [await captureScreenshot(picture, warnings)] : []),
    ...(pdf ? [await capturePdf(cdp, limits)] : []),
  ];
  const document = kind === 'html' ? await captureDocument(cdp, limits.renderedCharacters) : null;
  const body = document?.html ?? (await response.body());
  // Once more: a script may have led the page elsewhere while it was read.
  const failure = documentFailure({ main, egress: job });
  if (failure) throw failure;
  return {
    url: page.url(),
    status: response.status(),
    contentType,
    kind,
    charset: charsetLabel(contentType ?? ''),
    body,
    encoding: document?.encoding ?? null,
    wireBytes: document?.wireBytes || declaredBytes(response) || Buffer.byteLength(body),
    cacheControl: response.headers()['cache-control'] ?? null,
    redirects: main.redirects(),
    warnings,
    artifacts,
  };
}

function leadsOn(cause: unknown): ScrapeFailure {
  return new ScrapeFailure('redirects', 'The page leads on without end.', { cause });
}

function notOnTheWeb(address: string): ScrapeFailure {
  // Chromium shows a page of its own before it says why.
  const isRetryable = address.startsWith('chrome-error:');
  const message = 'The page ended on an address that is not on the web.';
  return new ScrapeFailure('browser', message, { isRetryable });
}

function declaredBytes(response: Response): number {
  return Number(response.headers()['content-length'] ?? 0);
}
