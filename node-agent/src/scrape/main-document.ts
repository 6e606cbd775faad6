import type { Page, Request, Response } from './launch-chromium.ts';
import { blockedBy, ScrapeFailure } from './scrape-failure.ts';
import type { Redirect } from './scrape-task.ts';

const MAX_ANSWERS = 100;

/** Time for a script's next navigation to begin, or for a download to be named as one, before a failure counts. */
const GRACE_MS = 300;

/** What became of the page's own document, over every redirect and every navigation that scripts began. */
export interface MainDocument {
  /** The last answer that led nowhere else. */
  response(): Response | null;
  redirects(): Redirect[];
  /** The last navigation, if it failed: its address and Chromium's net error. */
  failure(): { url: string; errorText: string } | null;
  /** True when the answer was a file to be saved. */
  isDownload(): boolean;
  /** True when a script or a refresh has left the first document for another. */
  hasMovedOn(): boolean;
  /** Resolves when the page tried to open another program, by mailto: or the like. Chromium stays where it is; Playwright loses count. */
  askedForProgram: Promise<void>;
  /** Rejects when the document's loading broke off; Chromium shows what came so far, and Playwright would wait on. */
  brokeOff: Promise<never>;
}

/** Begins to watch; call it before the page goes anywhere. */
export function watchMainDocument(page: Page): MainDocument {
  const answers: Response[] = [];
  let failure: { url: string; errorText: string } | null = null;
  let isDownload = false;
  const isOfPage = (request: Request) =>
    request.isNavigationRequest() && request.frame() === page.mainFrame();
  const isMain = (request: Request) => isOfPage(request) && /^https?:/.test(request.url());

  let leave: () => void = () => undefined;
  const askedForProgram = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const { promise: brokeOff, reject } = withReject();
  // Not every answer of the 300s leads on.
  const isRedirect = (answer: Response) => answer.request().redirectedTo() !== null;
  const response = () => answers.findLast((answer) => !isRedirect(answer)) ?? null;
  let latest: Request | null = null;
  let navigations = 0;
  page.on('request', (request) => {
    if (isOfPage(request) && !isMain(request)) {
      // A page that is there stays; a redirect in its place leads nowhere.
      if (request.redirectedFrom() === null || response() !== null) leave();
      else reject(blockedBy('scheme'));
    }
    if (!isMain(request)) return;
    latest = request;
    failure = null;
    if (request.redirectedFrom() === null) navigations += 1;
  });
  page.on('response', (answer) => {
    if (isMain(answer.request()) && answers.length < MAX_ANSWERS) answers.push(answer);
  });
  page.on('requestfailed', (request) => {
    // A document that a script has left is cut off too, perhaps after the next was asked for.
    if (request !== latest) return;
    const noted = { url: request.url(), errorText: request.failure()?.errorText ?? '' };
    failure = noted;
    setTimeout(() => {
      if (failure === noted) reject(new Error('the document broke off'));
    }, GRACE_MS).unref();
  });
  page.on('crash', () => reject(new ScrapeFailure('crash', 'The page broke its renderer.')));
  page.on('download', (download) => {
    // Frames may hold files too; they are not the page.
    isDownload ||= download.url() === latest?.url();
  });
  return {
    response,
    redirects: () =>
      answers.filter(isRedirect).map((answer) => ({ url: answer.url(), status: answer.status() })),
    failure: () => failure,
    isDownload: () => isDownload,
    hasMovedOn: () => navigations > 1,
    askedForProgram,
    brokeOff,
  };
}

function withReject(): { promise: Promise<never>; reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<never>((_resolve, fail) => {
    reject = fail;
  });
  // It may reject when nobody waits any more.
  promise.catch(() => undefined);
  return { promise, reject };
}
