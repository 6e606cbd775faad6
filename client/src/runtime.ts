import { setTimeout as delay } from 'node:timers/promises';

/** What the SDK takes from its surroundings; tests bring their own. */
export interface Runtime {
  fetch: typeof globalThis.fetch;
  /** Milliseconds of a clock that does not go back. */
  now(): number;
  /** 0 ≤ x < 1. */
  random(): number;
  /** Rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export function defaultRuntime(fetch: typeof globalThis.fetch = globalThis.fetch): Runtime {
  return { fetch, now: () => performance.now(), random: Math.random, sleep };
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
