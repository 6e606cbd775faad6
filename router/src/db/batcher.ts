/** Collects single calls into batches: while one batch runs, the calls that come in form the next. */
export interface Batcher<In, Out> {
  add(item: In): Promise<Out>;
  /** Waits until everything that was added has ended. */
  idle(): Promise<void>;
}

export interface BatcherOptions<In, Out> {
  /** Runs one batch; the results in the order of the items. A rejection is tried once more, item by item. */
  run(items: In[]): Promise<Out[]>;
  maxItems: number;
  /** How many batches may run at once. */
  concurrency: number;
  /** How many calls may wait; more are refused at once. */
  maxWaiting: number;
}

interface Waiting<In, Out> {
  item: In;
  resolve(out: Out): void;
  reject(error: unknown): void;
}

export class BatcherFullError extends Error {
  override readonly name = 'BatcherFullError';
}

/**
 * Group commit. Under load a thousand callers share a few transactions, and a single caller waits for nobody: there is no
 * timer. One bad item does not fail its neighbours, because a failed batch is run again one by one.
 */
export function createBatcher<In, Out>(options: BatcherOptions<In, Out>): Batcher<In, Out> {
  let queue: Waiting<In, Out>[] = [];
  let running = 0;
  const idleWaiters: (() => void)[] = [];

  const settle = async (batch: Waiting<In, Out>[], isRetry: boolean): Promise<void> => {
    try {
      const results = await options.run(batch.map((waiting) => waiting.item));
      batch.forEach((waiting, index) => {
        waiting.resolve(results[index] as Out);
      });
    } catch (error) {
      if (isRetry) for (const waiting of batch) waiting.reject(error);
      else for (const waiting of batch) await settle([waiting], true);
    }
  };

  const pump = (): void => {
    while (running < options.concurrency && queue.length > 0) {
      const batch = queue.slice(0, options.maxItems);
      queue = queue.slice(options.maxItems);
      running += 1;
      void settle(batch, false).finally(() => {
        running -= 1;
        pump();
      });
    }
    if (running === 0 && queue.length === 0) for (const wake of idleWaiters.splice(0)) wake();
  };

  return {
    add(item) {
      if (queue.length >= options.maxWaiting)
        return Promise.reject(new BatcherFullError('Too many writes are waiting'));
      return new Promise<Out>((resolve, reject) => {
        queue.push({ item, resolve, reject });
        // The callers of one turn of the event loop share the first batch.
        if (queue.length === 1) setImmediate(pump);
      });
    },
    idle() {
      if (running === 0 && queue.length === 0) return Promise.resolve();
      return new Promise((resolve) => idleWaiters.push(resolve));
    },
  };
}
