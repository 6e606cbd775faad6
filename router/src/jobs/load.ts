import type { AttemptId, JobId, JobState, NodeId, Service } from '@watt/shared';
import type { SqlRunner } from '../db/connect.ts';
import type { AttemptState } from './states.ts';

/** A job as it is stored. Amounts in base units, times in Unix milliseconds. */
export interface JobRecord {
  id: JobId;
  service: Service;
  state: JobState;
  request: string;
  requestSha256: string;
  commitment: string;
  price: bigint;
  /** Without the discount; null and 0 when there was none. */
  listPrice: bigint | null;
  discountBps: number;
  nodeShare: bigint;
  burnShare: bigint;
  /** What of the price was captured; null unless the job has succeeded. */
  charged: bigint | null;
  /** For how many minutes a session is booked; null for what is none. */
  sessionMinutes: number | null;
  payer: string | null;
  attempts: number;
  createdAt: number;
  expiresAt: number;
  queuedAt: number | null;
  finishedAt: number | null;
  nodeId: NodeId | null;
  attemptId: AttemptId | null;
  result: string | null;
  resultSha256: string | null;
  statement: string | null;
  statementSignature: string | null;
  /** When the copy was made that the job was served with; null for one that a node did. */
  copyMadeAt: number | null;
  settlement: 'captured' | 'voided' | null;
  paymentSignatures: string[];
  /** Whether files of its result are stored. */
  hasFiles: boolean;
}

export async function loadJobs(sql: SqlRunner, ids: readonly JobId[]): Promise<JobRecord[]> {
  return sql<JobRecord[]>`
    select j.id, j.service, j.state, j.request, j.request_sha256 as "requestSha256", j.commitment, j.price,
      j.list_price as "listPrice", j.discount_bps as "discountBps",
      j.node_share as "nodeShare", j.burn_share as "burnShare", j.charged, j.session_minutes as "sessionMinutes", j.payer, j.attempts,
      extract(epoch from j.created_at)::float8 * 1000 as "createdAt",
      extract(epoch from j.expires_at)::float8 * 1000 as "expiresAt",
      extract(epoch from j.queued_at)::float8 * 1000 as "queuedAt",
      extract(epoch from j.finished_at)::float8 * 1000 as "finishedAt",
      j.node_id as "nodeId", j.attempt_id as "attemptId", j.result, j.result_sha256 as "resultSha256",
      j.statement, j.statement_signature as "statementSignature",
      (extract(epoch from j.copy_made_at) * 1000)::float8 as "copyMadeAt", r.outcome as settlement,
      array(select signature from chain_credits c where c.applied_job = j.id order by slot, signature) as "paymentSignatures",
      exists (select 1 from artifacts f where f.job_id = j.id) as "hasFiles"
    from jobs j left join job_resolutions r on r.job_id = j.id
    where j.id = any(${ids as JobId[]}::uuid[])`;
}

export interface StoredArtifact {
  sha256: string;
  contentType: string;
  bytes: Buffer;
}

export async function loadArtifacts(sql: SqlRunner, id: JobId): Promise<StoredArtifact[]> {
  return sql<StoredArtifact[]>`
    select sha256, content_type as "contentType", bytes from artifacts where job_id = ${id}`;
}

/** What the dispatcher needs of a paid job. */
export interface QueuedJob {
  id: JobId;
  service: Service;
  request: string;
  requestSha256: string;
  price: bigint;
  nodeShare: bigint;
  burnShare: bigint;
  /** For how many minutes a session is booked; null for what is none. */
  sessionMinutes: number | null;
  attempts: number;
  /** Unix milliseconds. */
  queuedAt: number;
}

export async function loadQueuedJobs(sql: SqlRunner, ids: readonly string[]): Promise<QueuedJob[]> {
  if (ids.length === 0) return [];
  return sql<QueuedJob[]>`
    select id, service, request, request_sha256 as "requestSha256", price, node_share as "nodeShare", burn_share as "burnShare",
      session_minutes as "sessionMinutes", attempts, extract(epoch from queued_at)::float8 * 1000 as "queuedAt"
    from jobs where id = any(${ids as string[]}::uuid[]) and state = 'queued' order by queued_at`;
}

/** An attempt of a node, whatever became of it. */
export interface PastAttempt {
  state: AttemptState;
  reason: string | null;
  nodeShare: bigint;
}

export async function pastAttempt(
  sql: SqlRunner,
  of: { attemptId: AttemptId; nodeId: NodeId },
): Promise<PastAttempt | null> {
  const rows = await sql<PastAttempt[]>`
    select a.state, a.reason, j.node_share as "nodeShare" from attempts a join jobs j on j.id = a.job_id
    where a.id = ${of.attemptId} and a.node_id = ${of.nodeId}`;
  return rows[0] ?? null;
}
