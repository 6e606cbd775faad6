/** True when the work settles first; false when the time is up or the signal aborts before. The work itself goes on. */
export async function settlesWithin(
  work: Promise<void>,
  limits: { ms: number; signal: AbortSignal },
): Promise<boolean> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), limits.ms);
  const either = AbortSignal.any([over.signal, limits.signal]);
  const limit = new Promise<boolean>((resolve) => {
    either.addEventListener('abort', () => resolve(false), { once: true });
    if (either.aborted) resolve(false);
  });
  try {
    return await Promise.race([work.then(() => true), limit]);
  } finally {
    clearTimeout(timer);
  }
}
