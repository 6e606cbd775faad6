import { ScrapeFailure } from './scrape-failure.ts';

/** The time a job has, as one signal for everything that waits. */
export interface Deadline extends Disposable {
  signal: AbortSignal;
  /** Milliseconds left, never below zero. */
  remainingMs(): number;
  /** The work's result, or the timeout (or the caller's reason to abort) if that comes first. */
  race<T>(work: Promise<T>): Promise<T>;
}

/** Starts the clock. The signal's reason is a ScrapeFailure on time-out, or that of the first of `callers` to abort. */
export function createDeadline(ms: number, callers: readonly AbortSignal[]): Deadline {
  const controller = new AbortController();
  const endsAt = performance.now() + ms;
  const timer = setTimeout(() => {
    controller.abort(new ScrapeFailure('timeout', `The page was not complete after ${ms / 1000} seconds.`));
  }, ms);
  const onAbort = () => controller.abort(callers.find(({ aborted }) => aborted)?.reason);
  for (const caller of callers) caller.addEventListener('abort', onAbort, { once: true });
  if (callers.some(({ aborted }) => aborted)) onAbort();

  return {
    signal: controller.signal,
    remainingMs: () => Math.max(0, endsAt - performance.now()),
    race: (work) => raceAbort(work, controller.signal),
    [Symbol.dispose]() {
      clearTimeout(timer);
      for (const caller of callers) caller.removeEventListener('abort', onAbort);
    },
  };
}

/** The work's result, or a rejection with the signal's reason as soon as it aborts. Late failures of the work are dropped. */
export function raceAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
