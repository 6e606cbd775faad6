import { type AttemptId, canonicalJson, type ErrorCode, type JobId, sha256Hex } from '@watt/shared';
import { lowerBudgets } from '../access/access.ts';
import type { SqlClient, SqlRunner } from '../db/connect.ts';
import { type SystemAccounts, voidHolds } from '../ledger/ledger.ts';
import type { RouterId } from '../presence/presence.ts';
import type { AttemptState } from './states.ts';

export interface Failure {
  code: ErrorCode;
  message: string;
  /** The node's own failure payload and the header it signed, when the failure is a node's answer. */
  answer?: { payload: string; statement: { text: string; signature: string } };
}

export interface EndedAttempt {
  jobId: JobId;
  attemptId: AttemptId;
  /** Whose lease it has to be. */
  router: RouterId | null;
  state: Exclude<AttemptState, 'leased' | 'succeeded'>;
  reason: string;
  /** Null takes the job back to the queue; a failure ends it. */
  failure: Failure | null;
}

const MAX_REASON = 500;

/** Ends an attempt without a charge: the job goes back to the queue, or fails with its hold voided. False if the lease was over, or is another router's by now. */
export async function endAttempt(
  sql: SqlClient,
  accounts: SystemAccounts,
  end: EndedAttempt,
): Promise<boolean> {
  // A node may have written it: Postgres text cannot hold NUL, and a reason is a sentence.
  const reason = end.reason.replaceAll('\0', '').slice(0, MAX_REASON);
  return sql.begin(async (tx) => {
    const ended = await tx`
      update attempts set state = ${end.state}, finished_at = now(), reason = ${reason}
      where id = ${end.attemptId} and job_id = ${end.jobId} and state = 'leased'
        and router is not distinct from ${end.router}::int
      returning id`;
    if (ended.length === 0) return false;
    if (end.failure) await failJob(tx, accounts, { jobId: end.jobId, from: 'running', failure: end.failure });
    else await requeueJob(tx, { ...end, reason });
    return true;
  });
}

/** `queued` → `failed` with the hold voided: no node took the job in time. False if it is not queued any more. */
export async function failQueuedJob(
  sql: SqlClient,
  accounts: SystemAccounts,
  job: { jobId: JobId; failure: Failure },
): Promise<boolean> {
  return sql.begin((tx) => failJob(tx, accounts, { ...job, from: 'queued' }));
}

async function requeueJob(sql: SqlRunner, end: EndedAttempt): Promise<void> {
  await sql`
    with moved as (update jobs set state = 'queued' where id = ${end.jobId} and state = 'running' returning id)
    insert into job_events (job_id, from_state, to_state, detail)
    select id, 'running', 'queued', ${`${end.state}: ${end.reason}`} from moved`;
}

async function failJob(
  sql: SqlRunner,
  accounts: SystemAccounts,
  job: { jobId: JobId; from: 'queued' | 'running'; failure: Failure },
): Promise<boolean> {
  const { answer, code, message } = job.failure;
  const payload = answer?.payload ?? canonicalJson({ success: false, code, error: message });
  const moved = await sql`
    with moved as (
      update jobs set state = 'failed', finished_at = now(), result = ${payload},
        result_sha256 = ${answer ? sha256Hex(payload) : null},
        statement = ${answer?.statement.text ?? null}, statement_signature = ${answer?.statement.signature ?? null}
      where id = ${job.jobId} and state = ${job.from} returning id
    ), noted as (
      insert into job_events (job_id, from_state, to_state, detail) select id, ${job.from}, 'failed', ${code} from moved
    )
    select id from moved`;
  if (moved.length === 0) return false;
  await lowerBudgets(sql, [job.jobId]);
  const voided = await voidHolds(sql, accounts, [job.jobId]);
  if (!voided.has(job.jobId)) throw new Error(`Job ${job.jobId} was resolved before it failed`);
  return true;
}
