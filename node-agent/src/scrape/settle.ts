import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from './launch-chromium.ts';

const QUIET_MS = 250;
const STEP_MS = 50;

export interface WatchedRequests {
  /** Waits until there were no open requests for a moment, but no longer than `maxMs`; says whether they fell silent. */
  settle(maxMs: number, signal: AbortSignal): Promise<boolean>;
}

/** Counts a page's open requests from now on. */
export function watchRequests(page: Page): WatchedRequests {
  const open = new Set<unknown>();
  let changedAt = performance.now();
  const touch = (change: () => void) => {
    change();
    changedAt = performance.now();
  };
  page.on('request', (request) => touch(() => open.add(request)));
  page.on('requestfinished', (request) => touch(() => open.delete(request)));
  page.on('requestfailed', (request) => touch(() => open.delete(request)));

  return {
    async settle(maxMs, signal) {
      const endsAt = performance.now() + maxMs;
      while (performance.now() < endsAt) {
        const quietMs = performance.now() - changedAt;
        if (open.size === 0 && quietMs >= QUIET_MS) return true;
        await sleep(STEP_MS, undefined, { signal });
      }
      return false;
    },
  };
}
