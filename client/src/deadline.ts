/** Runs work under a signal that aborts with the caller's, or with `reason()` when the time is over; the timer never outlives it. */
export async function withDeadline<T>(
  options: { ms: number; signal?: AbortSignal | undefined; reason: () => Error },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(options.reason()), options.ms);
  const signal = options.signal ? AbortSignal.any([options.signal, controller.signal]) : controller.signal;
  try {
    signal.throwIfAborted();
    return await work(signal);
  } finally {
    clearTimeout(timer);
  }
}
