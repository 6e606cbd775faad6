import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession } from './launch-chromium.ts';

const STEP_MS = 50;

/** Resolves when the document is no longer being parsed, by its own word: events do not come when its loading was called off. */
export async function awaitParsed(cdp: CDPSession, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { result } = await cdp.send('Runtime.evaluate', { expression: 'document.readyState' });
    if (result.value !== 'loading') return;
    await sleep(STEP_MS, undefined, { signal });
  }
}
