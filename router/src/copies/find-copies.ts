import type { JobId } from '@watt/shared';
import type { SqlRunner } from '../db/connect.ts';
import type { CopyWish } from './wish-of.ts';

export interface AskedCopy extends CopyWish {
  jobId: JobId;
}

/** The youngest copy that is young enough, for each job that has one: the job whose result it is, by the job that asks. */
export async function findCopies(sql: SqlRunner, wishes: readonly AskedCopy[]): Promise<Map<JobId, JobId>> {
  if (wishes.length === 0) return new Map();
  const rows = await sql<{ job_id: JobId; source_id: JobId }[]>`
    select w.job_id, c.source_id
    from unnest(
      ${wishes.map((wish) => wish.jobId)}::uuid[], ${wishes.map((wish) => wish.key)}::text[],
      ${wishes.map((wish) => wish.maxAgeSeconds)}::int[]
    ) as w (job_id, key, max_age)
    cross join lateral (
      select job_id as source_id from scrape_copies
      where key = w.key and made_at >= now() - make_interval(secs => w.max_age) order by made_at desc limit 1
    ) as c`;
  return new Map(rows.map((row) => [row.job_id, row.source_id]));
}
