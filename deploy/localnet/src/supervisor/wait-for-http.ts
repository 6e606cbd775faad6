import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 50;
const REQUEST_LIMIT_MS = 2000;

export interface WaitForHttpOptions {
  limitMs: number;
  signal: AbortSignal;
  init?: RequestInit;
  /** Looks into the answer; by default a 2xx is enough. */
  accept?: (response: Response) => Promise<boolean>;
}

/** Asks a URL until it answers as wanted. Rejects when the time is up or `signal` is aborted. */
export async function waitForHttp(url: string, options: WaitForHttpOptions): Promise<void> {
  const { limitMs, signal, init, accept = async (response) => response.ok } = options;
  const deadline = performance.now() + limitMs;
  let lastFault: unknown;
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    try {
      const response = await fetch(url, {
        ...init,
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_LIMIT_MS)]),
      });
      const isAccepted = await accept(response);
      // An unread body would keep its socket.
      if (!response.bodyUsed) await response.body?.cancel();
      if (isAccepted) return;
      lastFault = new Error(`${url} answered ${response.status}`);
    } catch (error) {
      // Nobody listens yet: that is what we wait for.
      lastFault = error;
    }
    await sleep(POLL_MS, undefined, { signal });
  }
  throw new Error(`${url} did not answer as expected within ${limitMs / 1000} s`, { cause: lastFault });
}
