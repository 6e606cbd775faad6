import type { DispatchStore } from './store.ts';
import type { Visits } from './visits.ts';
import type { WaitingJob } from './waiting-job.ts';

/** Serves jobs with copies instead of nodes, where there are some. */
export interface CopySeeker {
  /** Whether the job was served, and is over. */
  seek(waiting: WaitingJob): Promise<boolean>;
  /** Whether to look again at its turn for a node: while it waited, the same page may have come for somebody else. */
  isDueAgain(waiting: WaitingJob): boolean;
}

const SEEK_AGAIN_MS = 1000;

export function createCopySeeker(options: {
  store: Pick<DispatchStore, 'serveCopy'>;
  visits: Pick<Visits, 'firstOf'>;
  clock: () => number;
}): CopySeeker {
  const { store, visits, clock } = options;

  async function look({ job, copies }: WaitingJob): Promise<boolean> {
    if (!copies) return false;
    copies.soughtAt = clock();
    try {
      return await store.serveCopy(job);
    } catch (error) {
      // Whether it was served is unknown now: `adopt` will find the job in the state it really has.
      throw new Error(`Job ${job.id} could not be served from a copy`, { cause: error });
    }
  }

  return {
    async seek(waiting) {
      const first = visits.firstOf(waiting);
      if (await look(waiting)) return true;
      // A visit that was over during the look may have brought its copy just after it.
      return first !== null && visits.firstOf(waiting) !== first && look(waiting);
    },
    isDueAgain: ({ copies }) => copies !== null && clock() - copies.soughtAt >= SEEK_AGAIN_MS,
  };
}
