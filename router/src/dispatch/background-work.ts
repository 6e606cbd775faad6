import type { Logger } from 'pino';

/** Work that nobody waits for, followed so that a stop can. */
export interface BackgroundWork {
  /** A failure is logged; what it leaves undone is found by the next look at the database. */
  track(work: Promise<unknown>): void;
  /** Settles when all that is under way now has ended. */
  settled(): Promise<void>;
}

export function createBackgroundWork(logger: Logger): BackgroundWork {
  const underWay = new Set<Promise<void>>();
  return {
    track(work) {
      const tracked: Promise<void> = work.then(
        () => void underWay.delete(tracked),
        (error: unknown) => {
          underWay.delete(tracked);
          logger.error({ err: error }, 'dispatch could not be written to the database');
        },
      );
      underWay.add(tracked);
    },
    settled: async () => void (await Promise.all(underWay)),
  };
}
