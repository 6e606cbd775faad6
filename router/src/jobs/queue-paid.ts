import type { Fragment } from 'postgres';
import type { SqlRunner } from '../db/connect.ts';

export interface PaidJob {
  id: string;
  payer: string;
  detail: string;
}

/** `awaiting_payment` → `queued` as part of the statement that holds the price. */
export function queueParts(sql: SqlRunner, jobs: readonly PaidJob[]): Fragment {
  return sql`
    queued as (
      update jobs j set state = 'queued', payer = i.payer, queued_at = now()
      from unnest(
        ${jobs.map((job) => job.id)}::uuid[], ${jobs.map((job) => job.payer)}::text[], ${jobs.map((job) => job.detail)}::text[]
      ) as i (id, payer, detail)
      where j.id = i.id and j.state = 'awaiting_payment' returning j.id, i.detail
    ), queue_noted as (
      insert into job_events (job_id, from_state, to_state, detail)
      select id, 'awaiting_payment', 'queued', detail from queued
    )`;
}
