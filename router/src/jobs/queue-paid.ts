import type { SqlRunner } from '../db/connect.ts';

export interface PaidJob {
  id: string;
  payer: string;
  detail: string;
}

/** `awaiting_payment` → `queued`, in the transaction that holds the price. Returns what a dispatcher needs. */
export async function queuePaidJobs(sql: SqlRunner, jobs: readonly PaidJob[]): Promise<void> {
  if (jobs.length === 0) return;
  await sql`
    with input as (
      select * from unnest(
        ${jobs.map((job) => job.id)}::uuid[], ${jobs.map((job) => job.payer)}::text[], ${jobs.map((job) => job.detail)}::text[]
      ) as input (id, payer, detail)
    ), moved as (
      update jobs j set state = 'queued', payer = i.payer, queued_at = now()
      from input i where j.id = i.id and j.state = 'awaiting_payment' returning j.id, i.detail
    )
    insert into job_events (job_id, from_state, to_state, detail)
    select id, 'awaiting_payment', 'queued', detail from moved`;
}
