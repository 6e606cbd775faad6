import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession } from '../launch-chromium.ts';

const MAX_STEPS = 40;
const STEP_MS = 150;

/** Goes down a screen at a time, so that what loads on sight is loaded, and stops where the page ends or 40 screens are seen. */
export async function scrollPage(cdp: CDPSession, signal: AbortSignal): Promise<void> {
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const { result } = await cdp.send('Runtime.evaluate', { expression: STEP, returnByValue: true });
    await sleep(STEP_MS, undefined, { signal });
    if (result.value === true) return;
  }
}

/** Runs in the page. True at the bottom. */
const STEP =
  '(() => { const e = document.scrollingElement; if (!e) return true; scrollBy(0, innerHeight); return e.scrollTop + innerHeight >= e.scrollHeight - 2; })()';
