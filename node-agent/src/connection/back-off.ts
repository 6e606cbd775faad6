export interface BackOffOptions {
  minMs: number;
  maxMs: number;
  /** 0 ≤ x < 1 */
  random: () => number;
}

export interface BackOff {
  /** How long to wait before the next try. */
  next(): number;
  /** As `next`, but in the upper half of the longest wait: for faults that a quick return only makes worse. */
  long(): number;
  reset(): void;
}

/**
 * Exponential waits with full jitter, so that thousands of nodes do not come back to a restarted router in step.
 * Source: Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export function createBackOff({ minMs, maxMs, random }: BackOffOptions): BackOff {
  let tries = 0;
  return {
    next() {
      const ceiling = Math.min(maxMs, minMs * 2 ** tries);
      tries = Math.min(tries + 1, 30);
      return Math.round(random() * ceiling);
    },
    long: () => Math.round(maxMs / 2 + (random() * maxMs) / 2),
    reset() {
      tries = 0;
    },
  };
}
