import type { SqlRunner } from '../db/connect.ts';

/** Writes down which wallets called for which jobs, so that a plain memo of another wallet does not count for them. The jobs must be there. */
export async function noteCallers(
  sql: SqlRunner,
  callers: readonly { jobId: string; wallet: string }[],
): Promise<void> {
  if (callers.length === 0) return;
  await sql`
    insert into job_callers (job_id, wallet)
    select job_id, wallet from unnest(
      ${callers.map((caller) => caller.jobId)}::uuid[], ${callers.map((caller) => caller.wallet)}::text[]
    ) as called (job_id, wallet)
    on conflict do nothing`;
}
