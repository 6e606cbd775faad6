import type { JobId } from '@watt/shared';
import { createBatcher } from '../db/batcher.ts';
import type { SqlClient } from '../db/connect.ts';
import { type JobRecord, loadArtifacts, loadJobs, type StoredArtifact } from './load.ts';

/** Reads jobs; calls at the same time share a query. */
export interface JobReader {
  find(id: JobId): Promise<JobRecord | null>;
  /** The files of a job's result; none without a query when it has none. */
  files(job: JobRecord): Promise<StoredArtifact[]>;
}

const BATCH = { maxItems: 200, concurrency: 2, maxWaiting: 20_000 };

export function createJobReader(sql: SqlClient): JobReader {
  const reads = createBatcher<JobId, JobRecord | null>({
    ...BATCH,
    run: async (ids) => {
      const jobs = new Map((await loadJobs(sql, [...new Set(ids)])).map((job) => [job.id, job]));
      return ids.map((id) => jobs.get(id) ?? null);
    },
  });
  return {
    find: (id) => reads.add(id),
    files: async (job) => (job.hasFiles ? loadArtifacts(sql, job.id) : []),
  };
}
