import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession } from '../launch-chromium.ts';

/** Events come sooner, where they come. */
const STEP_MS = 250;
const STATES = ['loading', 'interactive', 'complete'] as const;
/** The empty document that stands before the first is no page. */
const ASK = 'location.protocol.startsWith("http") ? document.readyState : "loading"';

/**
 * Resolves when the document is as ready as wanted, by its own word: no event tells of the end of a loading that a script called off, or
 * after a page tried to open another program. Ends with the signal.
 */
export async function awaitReadiness(
  cdp: CDPSession,
  wanted: 'interactive' | 'complete',
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await sleep(STEP_MS, undefined, { signal });
    // There is none to ask between two documents.
    const answer = await cdp.send('Runtime.evaluate', { expression: ASK }).catch(() => null);
    const state = STATES.indexOf(answer?.result.value);
    if (state >= STATES.indexOf(wanted)) return;
  }
}
