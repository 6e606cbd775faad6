import { setTimeout as sleep } from 'node:timers/promises';
import type { PageAction } from '@watt/shared';
import type { Deadline } from '../deadline.ts';
import type { CDPSession, Page } from '../launch-chromium.ts';
import { ScrapeFailure } from '../scrape-failure.ts';
import type { ScrapeTask } from '../scrape-task.ts';
import { awaitElement } from './await-element.ts';
import { scrollPage } from './scroll-page.ts';
import type { WatchedRequests } from './watch-requests.ts';

const ACTION_MS = 10_000;
const SETTLE_MS = 3_000;
/** Kept for reading the page after the last wait. */
const RESERVE_MS = 1_500;
const RESERVE_SHARE = 0.2;

interface Wishes {
  page: Page;
  cdp: CDPSession;
  task: ScrapeTask;
  deadline: Deadline;
  requests: WatchedRequests;
}

/** Does what the agent asked for between the page's arrival and its reading: waits, then actions, then scrolling. Throws ScrapeFailure. */
export async function performWishes(wishes: Wishes): Promise<void> {
  const { cdp, task, deadline, requests } = wishes;
  const { wait_for, actions = [], scroll } = task.options;
  if (wait_for) await waitFor(wishes, wait_for);
  for (const [index, action] of actions.entries()) await perform(wishes, action, index);
  if (scroll) await scrollPage(cdp, deadline.signal);
  if (scroll || actions.length > 0) await requests.settle(spare(deadline, SETTLE_MS), deadline.signal);
}

async function waitFor(
  wishes: Wishes,
  { selector, network_idle, ms }: NonNullable<ScrapeTask['options']['wait_for']>,
): Promise<void> {
  const { deadline, requests } = wishes;
  if (selector !== undefined) await waitForElement(wishes, selector);
  if (network_idle && !(await requests.settle(spare(deadline), deadline.signal))) {
    throw notCome('The network that was waited for did not fall silent.');
  }
  if (ms !== undefined) await sleep(spare(deadline, ms), undefined, { signal: deadline.signal });
}

async function waitForElement({ page, cdp, deadline }: Wishes, selector: string): Promise<void> {
  const notThere = (cause?: unknown) =>
    notCome(`The element "${selector}" that was waited for did not come.`, cause);
  const { signal } = deadline;
  const isThere = await awaitElement(cdp, selector, { ms: spare(deadline), signal });
  if (isThere === false) throw notThere();
  if (isThere) return;
  // Playwright knows more selectors than CSS has.
  const timeout = spare(deadline);
  await page.waitForSelector(`css=${selector}`, { state: 'attached', timeout }).catch((cause) => {
    signal.throwIfAborted();
    throw notThere(cause);
  });
}

async function perform(wishes: Wishes, action: PageAction, index: number): Promise<void> {
  const { page, cdp, deadline } = wishes;
  const timeout = spare(deadline, ACTION_MS);
  const first = (selector: string) => page.locator(`css=${selector}`).first();
  try {
    if (action.type === 'click') await first(action.selector).click({ timeout });
    else if (action.type === 'type') await first(action.selector).fill(action.text, { timeout });
    else if (action.type === 'press') await page.keyboard.press(action.key);
    else if (action.type === 'scroll') await scrollPage(cdp, deadline.signal);
    else await sleep(spare(deadline, action.ms), undefined, { signal: deadline.signal });
    if (action.type === 'click' || action.type === 'press') {
      // It may have led to another page.
      await page.waitForLoadState('domcontentloaded', { timeout });
    }
  } catch (cause) {
    deadline.signal.throwIfAborted();
    throw failedAction(index, action, cause);
  }
}

/** At most `ms`, and less where reading the page would get no time. */
function spare(deadline: Deadline, ms = Number.POSITIVE_INFINITY): number {
  const leftMs = deadline.remainingMs();
  return Math.max(1, Math.min(ms, leftMs - Math.min(RESERVE_MS, leftMs * RESERVE_SHARE)));
}

function notCome(message: string, cause?: unknown): ScrapeFailure {
  return new ScrapeFailure('wait_for', message, { cause });
}

function failedAction(index: number, action: PageAction, cause: unknown): ScrapeFailure {
  const on = 'selector' in action ? ` on "${action.selector}"` : '';
  return new ScrapeFailure('action', `Action ${index + 1}, ${action.type}${on}, could not be done.`, {
    cause,
  });
}
