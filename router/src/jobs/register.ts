import type { JobId, Service, Split } from '@watt/shared';
import type { SqlRunner } from '../db/connect.ts';
import { listParameter } from '../db/list-parameter.ts';

export interface NewJob {
  id: JobId;
  service: Service;
  /** The normalised request as JSON text. */
  request: string;
  requestSha256: string;
  commitment: string;
  price: bigint;
  /** Without the discount; null and 0 when there is none. */
  listPrice?: bigint | null;
  discountBps?: number;
  split: Split;
  /** For how many minutes a session is booked; null for what is none. */
  sessionMinutes?: number | null;
  /** Unix milliseconds after which an unpaid job is forgotten. */
  expiresAt: number;
}

/** Registers jobs as `awaiting_payment`. Returns the ids that are new; the others exist already, perhaps with another body. */
export async function registerJobs(sql: SqlRunner, jobs: readonly NewJob[]): Promise<Set<string>> {
  const rows = await sql<{ id: string }[]>`
    with created as (
      insert into jobs (id, service, state, request, request_sha256, commitment, price, list_price, discount_bps, node_share,
        burn_share, session_minutes, expires_at)
      select id, service, 'awaiting_payment', request, request_sha256, commitment, price, list_price, discount_bps, node_share, burn_share,
        session_minutes, to_timestamp(expires_at / 1000.0)
      from unnest(
        ${jobs.map((job) => job.id)}::uuid[], ${jobs.map((job) => job.service)}::text[], ${jobs.map((job) => job.request)}::text[],
        ${jobs.map((job) => job.requestSha256)}::text[], ${jobs.map((job) => job.commitment)}::text[],
        ${listParameter(jobs.map((job) => job.price))}::bigint[],
        ${listParameter(jobs.map((job) => job.listPrice ?? null))}::bigint[], ${jobs.map((job) => job.discountBps ?? 0)}::int[],
        ${listParameter(jobs.map((job) => job.split.node))}::bigint[],
        ${listParameter(jobs.map((job) => job.split.burn))}::bigint[], ${listParameter(jobs.map(sessionMinutes))}::int[],
        ${jobs.map((job) => job.expiresAt)}::float8[]
      ) as input (id, service, request, request_sha256, commitment, price, list_price, discount_bps, node_share, burn_share, session_minutes,
        expires_at)
      on conflict (id) do nothing returning id
    ), noted as (
      insert into job_events (job_id, to_state) select id, 'awaiting_payment' from created
    )
    select id from created`;
  return new Set(rows.map((row) => row.id));
}

function sessionMinutes(job: NewJob): bigint | null {
  return job.sessionMinutes ? BigInt(job.sessionMinutes) : null;
}
