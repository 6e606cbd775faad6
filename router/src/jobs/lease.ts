import type { AttemptId, NodeId } from '@watt/shared';
import type { SqlRunner } from '../db/connect.ts';

export interface NewLease {
  jobId: string;
  attemptId: AttemptId;
  nodeId: NodeId;
  /** Unix milliseconds. */
  deadline: number;
}

/** `queued` → `running`, each with its one live attempt. Returns the attempts that were leased. */
export async function leaseJobs(sql: SqlRunner, leases: readonly NewLease[]): Promise<Set<string>> {
  const rows = await sql<{ attempt_id: string }[]>`
    with input as (
      select * from unnest(
        ${leases.map((lease) => lease.jobId)}::uuid[], ${leases.map((lease) => lease.attemptId)}::uuid[],
        ${leases.map((lease) => lease.nodeId)}::text[], ${leases.map((lease) => lease.deadline)}::float8[]
      ) as input (job_id, attempt_id, node_id, deadline)
    ), moved as (
      update jobs j set state = 'running', attempts = j.attempts + 1, node_id = i.node_id, attempt_id = i.attempt_id
      from input i where j.id = i.job_id and j.state = 'queued' returning i.*
    ), leased as (
      insert into attempts (id, job_id, node_id, state, deadline)
      select attempt_id, job_id, node_id, 'leased', to_timestamp(deadline / 1000.0) from moved
    ), noted as (
      insert into job_events (job_id, from_state, to_state, detail)
      select job_id, 'queued', 'running', 'leased to ' || node_id from moved
    )
    select attempt_id from moved`;
  return new Set(rows.map((row) => row.attempt_id));
}
