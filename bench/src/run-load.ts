import { quantile } from './median.ts';

export interface LoadOptions {
  /** Calls under way at any time. */
  concurrency: number;
  /** How long new calls are begun; those under way are waited for, and counted with the time they took. */
  ms: number;
  signal: AbortSignal;
  /** One call; a rejection ends the run, because a figure with failures in it says nothing. */
  call: () => Promise<void>;
}

export interface LoadResult {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  calls: number;
}

/** A closed loop: each of the callers begins its next call when the last one is answered. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { concurrency, ms, signal, call } = options;
  const latencies: number[] = [];
  const begun = performance.now();
  const until = begun + ms;
  const failed = new AbortController();
  const caller = async () => {
    while (performance.now() < until && !signal.aborted && !failed.signal.aborted) {
      const start = performance.now();
      await call();
      latencies.push(performance.now() - start);
    }
  };
  const callers = Array.from({ length: concurrency }, () =>
    caller().catch((error: unknown) => {
      failed.abort(error);
    }),
  );
  await Promise.all(callers);
  failed.signal.throwIfAborted();
  signal.throwIfAborted();
  const seconds = (performance.now() - begun) / 1_000;
  return {
    perSecond: latencies.length / seconds,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    calls: latencies.length,
  };
}
