import type { AttemptId, NodeId } from '@watt/shared';
import type { Fragment } from 'postgres';
import type { SqlRunner } from '../db/connect.ts';
import { liveRouters, type RouterId } from '../presence/presence.ts';
import type { QueuedJob } from './load.ts';

/** A job that is queued or running, with its live attempt if it has one. */
export interface LiveJob extends QueuedJob {
  attempt: LiveAttempt | null;
}

/** Times in Unix milliseconds; of a session, when it was ready and when its agent was done with it. */
export interface LiveAttempt {
  id: AttemptId;
  nodeId: NodeId;
  deadline: number;
  readyAt: number | null;
  closedAt: number | null;
}

type LiveRow = QueuedJob & Omit<LiveAttempt, 'id'> & { attemptId: AttemptId | null };

/**
 * Takes over the leases of routers that are gone. Returns what `router` has to see to of the jobs that were queued before a time (Unix milliseconds): all that wait for
 * a node, and those whose lease is its own.
 */
export async function adoptJobs(
  sql: SqlRunner,
  { router, before }: { router: RouterId; before: number },
): Promise<LiveJob[]> {
  await sql`
    update attempts set router = ${router} where state = 'leased' and (router is null or router not in ${liveRouters(sql)})`;
  const rows = await sql<LiveRow[]>`
    select ${liveColumns(sql)} from jobs j left join attempts a on a.job_id = j.id and a.state = 'leased'
    where j.state in ('queued', 'running') and j.queued_at <= to_timestamp(${before} / 1000.0::float8)
      and (a.id is null or a.router = ${router})
    order by j.queued_at`;
  return rows.map(toLiveJob);
}

/** Makes attempts that a node says it holds this router's, whose they were: the node is connected here. Returns those that live. */
export async function claimAttempts(
  sql: SqlRunner,
  { router, nodeId, attemptIds }: { router: RouterId; nodeId: NodeId; attemptIds: readonly AttemptId[] },
): Promise<LiveJob[]> {
  const rows = await sql<LiveRow[]>`
    with a as (
      update attempts set router = ${router}
      where id = any(${attemptIds as AttemptId[]}::uuid[]) and node_id = ${nodeId} and state = 'leased' returning *
    )
    select ${liveColumns(sql)} from a join jobs j on j.id = a.job_id order by j.queued_at`;
  return rows.map(toLiveJob);
}

/** Of a job `j` and its live attempt `a`. */
function liveColumns(sql: SqlRunner): Fragment {
  return sql`
    j.id, j.service, j.request, j.request_sha256 as "requestSha256", j.price, j.node_share as "nodeShare",
    j.burn_share as "burnShare", j.session_minutes as "sessionMinutes", j.attempts,
    extract(epoch from j.queued_at)::float8 * 1000 as "queuedAt",
    a.id as "attemptId", a.node_id as "nodeId", extract(epoch from a.deadline)::float8 * 1000 as deadline,
    extract(epoch from a.ready_at)::float8 * 1000 as "readyAt", extract(epoch from a.closed_at)::float8 * 1000 as "closedAt"`;
}

function toLiveJob({ attemptId, nodeId, deadline, readyAt, closedAt, ...job }: LiveRow): LiveJob {
  return { ...job, attempt: attemptId && { id: attemptId, nodeId, deadline, readyAt, closedAt } };
}
