import { setTimeout as sleep } from 'node:timers/promises';
import type { CDPSession, Page, Request } from '../launch-chromium.ts';
import { readApart } from './read-apart.ts';

const QUIET_MS = 250;
const STEP_MS = 50;
/** They are open for as long as the page is, or nobody waits for their answer. */
const UNCOUNTED = new Set(['eventsource', 'ping']);

export interface WatchedRequests {
  /** Waits until there were no open requests for a moment, but no longer than `maxMs`; says whether they fell silent. */
  settle(maxMs: number, signal: AbortSignal): Promise<boolean>;
}

/** Counts a page's open requests from now on. */
export function watchRequests(page: Page, cdp: CDPSession): WatchedRequests {
  const open = new Set<Request>();
  let changes = 0;
  let onChange: () => void = () => undefined;
  const note = (request: Request, isOpen: boolean) => {
    if (UNCOUNTED.has(request.resourceType())) return;
    if (isOpen) open.add(request);
    else open.delete(request);
    changes += 1;
    onChange();
  };
  page.on('request', (request) => note(request, true));
  page.on('requestfinished', (request) => note(request, false));
  page.on('requestfailed', (request) => note(request, false));

  /** Whether nothing came while the page's own clock went on: what it had put off for less is then done, however busy this machine is. */
  const staysQuiet = async (leftMs: number): Promise<boolean> => {
    const before = changes;
    const late = new AbortController();
    const changed = new Promise<void>((resolve) => {
      onChange = resolve;
    });
    const waited = readApart(cdp, `new Promise((done) => setTimeout(done, ${QUIET_MS}, true))`);
    const isOver = await Promise.race([
      // The document may go away meanwhile.
      waited.catch(() => false),
      changed,
      sleep(leftMs, false, { signal: late.signal }).catch(() => false),
    ]);
    late.abort();
    return isOver === true && changes === before;
  };
  return {
    async settle(maxMs, signal) {
      const endsAt = performance.now() + maxMs;
      for (let leftMs = maxMs; leftMs > 0; leftMs = endsAt - performance.now()) {
        if (open.size === 0 && (await staysQuiet(leftMs))) return true;
        await sleep(STEP_MS, undefined, { signal });
      }
      return false;
    },
  };
}
