import type { Artifact, AttemptId, JobId, NodeId } from '@watt/shared';
import type { SqlClient, SqlRunner } from '../db/connect.ts';
import { captureHolds, type SystemAccounts } from '../ledger/ledger.ts';

/** A verified result of a live attempt, ready to be stored and charged in one step. */
export interface CompletedJob {
  jobId: JobId;
  attemptId: AttemptId;
  nodeId: NodeId;
  nodeShare: bigint;
  burnShare: bigint;
  /** The node's payload text and its hash, and the header it signed. */
  payload: string;
  payloadSha256: string;
  statement: { text: string; signature: string };
  artifacts: Artifact[];
}

/**
 * `running` → `succeeded`: in one transaction the attempt ends, the result is stored and the hold is captured. Says for each job
 * whether that happened now; false means that the lease was over, and nothing was stored or paid.
 */
export async function completeJobs(
  sql: SqlClient,
  accounts: SystemAccounts,
  jobs: readonly CompletedJob[],
): Promise<boolean[]> {
  return sql.begin(async (tx) => {
    const live = await endAttempts(tx, jobs);
    const done = jobs.filter((job) => live.has(job.attemptId));
    if (done.length > 0) {
      const captured = await captureHolds(tx, accounts, done);
      if (captured.size !== done.length)
        throw new Error('A live attempt belongs to a job that was resolved before');
      await storeResults(tx, done);
      await storeArtifacts(tx, done);
    }
    return jobs.map((job) => live.has(job.attemptId));
  });
}

async function endAttempts(sql: SqlRunner, jobs: readonly CompletedJob[]): Promise<Set<string>> {
  const rows = await sql<{ id: string }[]>`
    update attempts a set state = 'succeeded', finished_at = now()
    from unnest(
      ${jobs.map((job) => job.attemptId)}::uuid[], ${jobs.map((job) => job.jobId)}::uuid[], ${jobs.map((job) => job.nodeId)}::text[]
    ) as input (id, job_id, node_id)
    where a.id = input.id and a.job_id = input.job_id and a.node_id = input.node_id and a.state = 'leased'
    returning a.id`;
  return new Set(rows.map((row) => row.id));
}

async function storeResults(sql: SqlRunner, jobs: readonly CompletedJob[]): Promise<void> {
  await sql`
    with moved as (
      update jobs j set state = 'succeeded', finished_at = now(), result = i.result, result_sha256 = i.result_sha256,
        statement = i.statement, statement_signature = i.signature
      from unnest(
        ${jobs.map((job) => job.jobId)}::uuid[], ${jobs.map((job) => job.payload)}::text[],
        ${jobs.map((job) => job.payloadSha256)}::text[], ${jobs.map((job) => job.statement.text)}::text[],
        ${jobs.map((job) => job.statement.signature)}::text[]
      ) as i (id, result, result_sha256, statement, signature)
      where j.id = i.id and j.state = 'running' returning j.id
    )
    insert into job_events (job_id, from_state, to_state) select id, 'running', 'succeeded' from moved`;
}

async function storeArtifacts(sql: SqlRunner, jobs: readonly CompletedJob[]): Promise<void> {
  for (const job of jobs) {
    for (const artifact of job.artifacts) {
      await sql`
        insert into artifacts (job_id, sha256, content_type, bytes)
        values (${job.jobId}, ${artifact.sha256}, ${artifact.content_type}, ${Buffer.from(artifact.bytes)})
        on conflict do nothing`;
    }
  }
}
