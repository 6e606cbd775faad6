import type { JobId } from '@watt/shared';
import { createBatcher } from '../db/batcher.ts';
import type { SqlClient } from '../db/connect.ts';
import { type CopyHit, type QueuedJob, serveCopies } from '../jobs/jobs.ts';
import type { SystemAccounts } from '../ledger/ledger.ts';
import { type AskedCopy, findCopies } from './find-copies.ts';
import { hitCharge } from './hit-charge.ts';
import { wishOf } from './wish-of.ts';

/** Since this router started: scrapes that a copy served, and looks that found none. */
export interface CopyCounts {
  hits: number;
  misses: number;
}

export interface Copies {
  /** Ends a queued job with a copy of the same page's result, if there is one that is young enough. False leaves the job as it is. */
  serve(job: QueuedJob): Promise<boolean>;
  counts(): CopyCounts;
}

interface Asked extends AskedCopy {
  job: QueuedJob;
}

const BATCH = { maxItems: 200, concurrency: 1, maxWaiting: 50_000 };

export function createCopies(options: { sql: SqlClient; accounts: SystemAccounts; hitBps: number }): Copies {
  const { sql, accounts, hitBps } = options;
  const counts: CopyCounts = { hits: 0, misses: 0 };
  const asked = createBatcher<Asked, boolean>({
    ...BATCH,
    run: async (batch) => {
      const sources = await findCopies(sql, batch);
      const hits = batch.flatMap((one) => hitOf(one, sources.get(one.jobId)) ?? []);
      const served = await serveCopies(sql, accounts, hits);
      counts.hits += served.size;
      counts.misses += batch.length - served.size;
      return batch.map(({ jobId }) => served.has(jobId));
    },
  });

  function hitOf({ job, jobId, maxAgeSeconds }: Asked, sourceId: JobId | undefined): CopyHit | null {
    if (sourceId === undefined) return null;
    const { unused, nodeShare, burnShare } = hitCharge(job, hitBps);
    return { jobId, sourceId, maxAgeSeconds, unused, nodeShare, burnShare };
  }

  return {
    async serve(job) {
      const wish = wishOf(job);
      // With an age of 0 it takes no copy, and makes one for others.
      return wish !== null && wish.maxAgeSeconds > 0 && asked.add({ job, jobId: job.id, ...wish });
    },
    counts: () => ({ ...counts }),
  };
}
