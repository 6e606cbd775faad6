import type { AttemptId, NodeId } from '@watt/shared';
import type { SqlRunner } from '../db/connect.ts';
import type { RouterId } from '../presence/presence.ts';

export interface NewLease {
  jobId: string;
  attemptId: AttemptId;
  nodeId: NodeId;
  /** Unix milliseconds. */
  deadline: number;
}

/** `queued` → `running`, each with its one live attempt, which is this router's. Returns those that were leased, with how many the job has had by now. */
export async function leaseJobs(
  sql: SqlRunner,
  leases: readonly NewLease[],
  router: RouterId | null,
): Promise<Map<string, number>> {
  const rows = await sql<{ attempt_id: string; attempts: number }[]>`
    with input as (
      select * from unnest(
        ${leases.map((lease) => lease.jobId)}::uuid[], ${leases.map((lease) => lease.attemptId)}::uuid[],
        ${leases.map((lease) => lease.nodeId)}::text[], ${leases.map((lease) => lease.deadline)}::float8[]
      ) as input (job_id, attempt_id, node_id, deadline)
    ), moved as (
      update jobs j set state = 'running', attempts = j.attempts + 1, node_id = i.node_id, attempt_id = i.attempt_id
      from input i where j.id = i.job_id and j.state = 'queued' returning i.*, j.attempts
    ), leased as (
      insert into attempts (id, job_id, node_id, router, state, deadline)
      select attempt_id, job_id, node_id, ${router}::int, 'leased', to_timestamp(deadline / 1000.0) from moved
    ), noted as (
      insert into job_events (job_id, from_state, to_state, detail)
      select job_id, 'queued', 'running', 'leased to ' || node_id from moved
    )
    select attempt_id, attempts from moved`;
  return new Map(rows.map((row) => [row.attempt_id, row.attempts]));
}
