import type { WaitingJob } from './job-queue.ts';
import type { DispatchStore } from './store.ts';

/** Serves jobs with copies instead of nodes, where there are some. */
export interface CopySeeker {
  /** Whether the job was served, and is over. */
  serve(waiting: WaitingJob): Promise<boolean>;
  /** Whether to look again at its turn for a node: while it waited, the same page may have come for somebody else. */
  isDueAgain(waiting: WaitingJob): boolean;
}

const SEEK_AGAIN_MS = 1000;

export function createCopySeeker(options: {
  store: Pick<DispatchStore, 'serveCopy'>;
  clock: () => number;
}): CopySeeker {
  const { store, clock } = options;

  return {
    async serve(waiting) {
      waiting.soughtAt = clock();
      try {
        return await store.serveCopy(waiting.job);
      } catch (error) {
        // Whether it was served is unknown now: `adopt` will find the job in the state it really has.
        throw new Error(`Job ${waiting.job.id} could not be served from a copy`, { cause: error });
      }
    },
    isDueAgain: ({ soughtAt = Number.POSITIVE_INFINITY }) => clock() - soughtAt >= SEEK_AGAIN_MS,
  };
}
