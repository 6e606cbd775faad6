interface Wait {
  ms: number;
  signal: AbortSignal;
}

/** Lets HTTP calls wait for a job to change; notices are local to this router, so a waiter also looks for itself now and then. */
export interface Waiters {
  /** Resolves at the next notice for this job, or after `ms`, or when the signal aborts. Never rejects. */
  wait(jobId: string, options: Wait): Promise<void>;
  /** The same for the next notice of any of these jobs. */
  waitForAny(jobIds: readonly string[], options: Wait): Promise<void>;
  notify(jobId: string): void;
}

export function createWaiters(): Waiters {
  const waiting = new Map<string, Set<() => void>>();

  const leave = (jobId: string, done: () => void): void => {
    const others = waiting.get(jobId);
    others?.delete(done);
    if (others?.size === 0) waiting.delete(jobId);
  };
  const enter = (jobId: string, done: () => void): void => {
    const others = waiting.get(jobId) ?? new Set();
    others.add(done);
    waiting.set(jobId, others);
  };
  const waitForAny = (jobIds: readonly string[], { ms, signal }: Wait): Promise<void> => {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        for (const jobId of jobIds) leave(jobId, done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done, { once: true });
      for (const jobId of jobIds) enter(jobId, done);
    });
  };

  return {
    wait: (jobId, options) => waitForAny([jobId], options),
    waitForAny,
    notify(jobId) {
      for (const wake of waiting.get(jobId) ?? []) wake();
    },
  };
}
