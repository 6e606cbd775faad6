/** Those who wait for one piece of news. */
export type Notices<T> = Set<(news: T) => void>;

/** The news, or null when the wait was over first. Never rejects. */
export function waitForNotice<T>(
  notices: Notices<T>,
  { waitMs, signal }: { waitMs: number; signal: AbortSignal },
): Promise<T | null> {
  if (waitMs <= 0 || signal.aborted) return Promise.resolve(null);
  return new Promise((resolve) => {
    const done = (news: T | null): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      notices.delete(done);
      resolve(news);
    };
    const giveUp = (): void => done(null);
    const timer = setTimeout(giveUp, waitMs);
    signal.addEventListener('abort', giveUp, { once: true });
    notices.add(done);
  });
}
