import { setTimeout as sleep } from 'node:timers/promises';
import { DialError } from '../../guard/dial-error.ts';
import type { Deadline } from '../deadline.ts';
import { ScrapeFailure } from '../scrape-failure.ts';

const TRIES = 3;
const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 3_000;
/** A try that has less than this left cannot end well. */
const LEAST_TRY_MS = 1_000;

/** A result, with how long the other side wants to be waited for when it may be better next time. */
export interface Tried<T> {
  value: T;
  /** Null when it is final. */
  betterAfterMs: number | null;
}

/**
 * Tries up to three times, with growing waits, as long as time is left. Failures are tried again only where that can help: connections
 * that broke or were refused, names that could not be asked for. The last answer or failure stands.
 */
export async function withRetries<T>(attempt: () => Promise<Tried<T>>, deadline: Deadline): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const waitMs = FIRST_WAIT_MS * 2 ** (tries - 1);
    try {
      const { value, betterAfterMs } = await attempt();
      const wantedMs = Math.max(waitMs, betterAfterMs ?? 0);
      if (betterAfterMs === null || !mayTryAgain(tries, wantedMs, deadline)) return value;
      await sleep(wantedMs, undefined, { signal: deadline.signal });
    } catch (error) {
      deadline.signal.throwIfAborted();
      if (!isWorthIt(error) || !mayTryAgain(tries, waitMs, deadline)) throw error;
      await sleep(waitMs, undefined, { signal: deadline.signal });
    }
  }
}

function mayTryAgain(tries: number, waitMs: number, deadline: Deadline): boolean {
  return tries < TRIES && waitMs <= MAX_WAIT_MS && deadline.remainingMs() > waitMs + LEAST_TRY_MS;
}

function isWorthIt(error: unknown): boolean {
  if (error instanceof DialError) return !error.isLasting && error.reason !== 'timeout';
  return error instanceof ScrapeFailure && error.reason === 'connect';
}
