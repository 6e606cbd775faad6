import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession } from '../launch-chromium.ts';
import { readApart } from './read-apart.ts';

/** Between two documents. */
const AGAIN_MS = 50;

/**
 * Waits until the page, or the one that it leads to, has an element; says whether it came within `ms`. The page itself says when: asking it
 * time and again finds the element half a second late. Null when the browser does not understand the selector.
 */
export async function awaitElement(
  cdp: CDPSession,
  selector: string,
  { ms, signal }: { ms: number; signal: AbortSignal },
): Promise<boolean | null> {
  const endsAt = performance.now() + ms;
  const timer = new AbortController();
  // A page that is busy for ever does not answer.
  const late = sleep(ms, false, { signal: AbortSignal.any([timer.signal, signal]) });
  late.catch(() => undefined);
  try {
    for (;;) {
      const leftMs = Math.max(0, endsAt - performance.now());
      const asked = readApart(cdp, `(${find})(${JSON.stringify(selector)}, ${leftMs})`);
      const found = await Promise.race([asked.catch(() => undefined), late]);
      if (found !== undefined) return found as boolean | null;
      // The document went away while it was asked.
      await sleep(AGAIN_MS, undefined, { signal });
    }
  } finally {
    timer.abort();
  }
}

/** Runs in the browser. Mutations are not seen in shadow trees, so these are looked through from time to time. */
const find = `(selector, ms) => new Promise((resolve) => {
  const isIn = (root) => root.querySelector(selector) !== null;
  const isBelow = (root) =>
    isIn(root) || [...root.querySelectorAll('*')].some(({ shadowRoot }) => shadowRoot && isBelow(shadowRoot));
  try {
    if (isBelow(document)) return resolve(true);
  } catch {
    return resolve(null);
  }
  const end = (isFound) => {
    observer.disconnect();
    clearInterval(look);
    clearTimeout(last);
    resolve(isFound);
  };
  const observer = new MutationObserver(() => isIn(document) && end(true));
  observer.observe(document, { subtree: true, childList: true, attributes: true });
  const look = setInterval(() => isBelow(document) && end(true), 200);
  const last = setTimeout(end, ms, false);
})`;
