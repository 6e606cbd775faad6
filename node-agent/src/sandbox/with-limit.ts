/**
 * Settles as `work` does, or fails with `onLimit()` after `limitMs`. `work` gets a signal that is aborted then, so that it
 * can let go of what it holds; what it does after that is ignored.
 */
export async function withLimit<T>(
  work: (signal: AbortSignal) => Promise<T>,
  limitMs: number,
  onLimit: () => Error,
): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(onLimit());
      controller.abort();
    }, limitMs);
  });
  try {
    return await Promise.race([work(controller.signal), limit]);
  } finally {
    clearTimeout(timer);
  }
}
