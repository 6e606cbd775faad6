import { LIMITS } from '@watt/shared';
import type { SqlRunner } from '../db/connect.ts';

const BATCH = 1000;

/** Forgets copies that are too old for anybody, at most 1000 a call; the results stay with their jobs. Returns how many. */
export async function pruneCopies(sql: SqlRunner): Promise<number> {
  const rows = await sql`
    delete from scrape_copies where job_id in (
      select job_id from scrape_copies where made_at < now() - make_interval(secs => ${LIMITS.copyAgeMaxSeconds})
      order by made_at limit ${BATCH} for update skip locked
    ) returning job_id`;
  return rows.length;
}
