/** Lets HTTP calls wait for a job to change; notices are local to this router, so a waiter also looks for itself now and then. */
export interface Waiters {
  /** Resolves at the next notice for this job, or after `ms`, or when the signal aborts. Never rejects. */
  wait(jobId: string, options: { ms: number; signal: AbortSignal }): Promise<void>;
  notify(jobId: string): void;
}

export function createWaiters(): Waiters {
  const waiting = new Map<string, Set<() => void>>();

  return {
    wait(jobId, { ms, signal }) {
      if (signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          const others = waiting.get(jobId);
          others?.delete(done);
          if (others?.size === 0) waiting.delete(jobId);
          resolve();
        };
        const timer = setTimeout(done, ms);
        signal.addEventListener('abort', done, { once: true });
        const others = waiting.get(jobId) ?? new Set();
        others.add(done);
        waiting.set(jobId, others);
      });
    },
    notify(jobId) {
      for (const wake of waiting.get(jobId) ?? []) wake();
    },
  };
}
