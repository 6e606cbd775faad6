import type { Isolation, JobId, SessionRequest } from '@watt/shared';
import type { SqlRunner } from '../db/connect.ts';
import type { JobReader, JobRecord } from '../jobs/jobs.ts';

/** A session as it is stored. Times in Unix milliseconds. */
export interface SessionRecord {
  job: JobRecord;
  request: SessionRequest;
  minutes: number;
  readyAt: number | null;
  /** From when on nothing is charged. */
  closedAt: number | null;
  /** What its node says to have; null without a node. */
  isolation: Isolation | null;
}

/** Null when there is no such session, also where the id is that of another job. */
export async function loadSession(
  { sql, jobs }: { sql: SqlRunner; jobs: JobReader },
  id: JobId,
): Promise<SessionRecord | null> {
  const job = await jobs.find(id);
  if (!job || job.sessionMinutes === null) return null;
  const request = JSON.parse(job.request) as SessionRequest;
  const found = { job, request, minutes: job.sessionMinutes };
  const lease = job.attemptId !== null && job.state !== 'queued' ? await loadLease(sql, job.attemptId) : null;
  return { readyAt: null, closedAt: null, isolation: null, ...lease, ...found };
}

async function loadLease(
  sql: SqlRunner,
  attemptId: string,
): Promise<Pick<SessionRecord, 'readyAt' | 'closedAt' | 'isolation'> | null> {
  const [row] = await sql<{ readyAt: number | null; closedAt: number | null; isolation: string | null }[]>`
    select extract(epoch from a.ready_at)::float8 * 1000 as "readyAt", extract(epoch from a.closed_at)::float8 * 1000 as "closedAt",
      n.capabilities::jsonb #>> '{execute,isolation}' as isolation
    from attempts a join nodes n on n.id = a.node_id where a.id = ${attemptId}`;
  return row ? { ...row, isolation: (row.isolation ?? 'container') as Isolation } : null;
}

/** Whether the id stands in a memo on chain, where everybody can read it. */
export async function isPublicId(sql: SqlRunner, id: JobId): Promise<boolean> {
  const rows = await sql`select 1 from chain_credits where memo = ${id} and applied_job is null limit 1`;
  return rows.length > 0;
}
