import type { Artifact, AttemptId, JobId, NodeId } from '@watt/shared';
import { unusedBudgetParts } from '../access/access.ts';
import type { SqlClient, SqlRunner } from '../db/connect.ts';
import { listParameter } from '../db/list-parameter.ts';
import { captureParts, type SystemAccounts } from '../ledger/ledger.ts';
import { keptParts, type NewCopy } from './keep-copies.ts';

/** A verified result of a live attempt, ready to be stored and charged in one step. */
export interface CompletedJob {
  jobId: JobId;
  attemptId: AttemptId;
  nodeId: NodeId;
  /** What of the price is not charged and goes back to the payer, in base units; the shares are of the rest. */
  unused: bigint;
  nodeShare: bigint;
  burnShare: bigint;
  /** The node's payload text and its hash, and the header it signed. */
  payload: string;
  payloadSha256: string;
  statement: { text: string; signature: string };
  artifacts: Artifact[];
  /** Where others may be given the result. */
  copy?: NewCopy | null;
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
  const hasFiles = jobs.some((job) => job.artifacts.length > 0);
  const live = hasFiles
    ? await sql.begin((tx) => completeWithFiles(tx, accounts, jobs))
    : await completeLive(sql, accounts, jobs);
  return jobs.map((job) => live.has(job.attemptId));
}

async function completeWithFiles(
  sql: SqlRunner,
  accounts: SystemAccounts,
  jobs: readonly CompletedJob[],
): Promise<Set<string>> {
  const live = await completeLive(sql, accounts, jobs);
  for (const job of jobs.filter((candidate) => live.has(candidate.attemptId))) {
    for (const artifact of job.artifacts) {
      await sql`
        insert into artifacts (job_id, sha256, content_type, bytes)
        values (${job.jobId}, ${artifact.sha256}, ${artifact.content_type}, ${Buffer.from(artifact.bytes)})
        on conflict do nothing`;
    }
  }
  return live;
}

/** One statement for the whole batch: only attempts that are still leased go on to be captured and stored. */
async function completeLive(
  sql: SqlRunner,
  accounts: SystemAccounts,
  jobs: readonly CompletedJob[],
): Promise<Set<string>> {
  const hasUnused = jobs.some((job) => job.unused > 0n);
  const hasCopies = jobs.some((job) => job.copy);
  const rows = await sql<{ attempt_id: string }[]>`
    with ended as (
      update attempts a set state = 'succeeded', finished_at = now()
      from unnest(
        ${jobs.map((job) => job.attemptId)}::uuid[], ${jobs.map((job) => job.jobId)}::uuid[],
        ${jobs.map((job) => job.nodeId)}::text[],
        ${listParameter(jobs.map((job) => job.unused))}::bigint[],
        ${listParameter(jobs.map((job) => job.nodeShare))}::bigint[],
        ${listParameter(jobs.map((job) => job.burnShare))}::bigint[],
        ${jobs.map((job) => job.payload)}::text[], ${jobs.map((job) => job.payloadSha256)}::text[],
        ${jobs.map((job) => job.statement.text)}::text[], ${jobs.map((job) => job.statement.signature)}::text[]
      ) as i (attempt_id, job_id, node_id, unused, node_share, burn_share, payload, payload_sha256, statement, signature)
      where a.id = i.attempt_id and a.job_id = i.job_id and a.node_id = i.node_id and a.state = 'leased'
      returning i.*
    ), captures as (
      select job_id, node_id, unused, node_share, burn_share from ended
    ), ${captureParts(sql, accounts)}${hasUnused ? sql`, ${unusedBudgetParts(sql)}` : sql``}${hasCopies ? sql`, ${keptParts(sql, jobs)}` : sql``}, moved as (
      update jobs j set state = 'succeeded', finished_at = now(), charged = j.price - e.unused, node_share = e.node_share,
        burn_share = e.burn_share, result = e.payload, result_sha256 = e.payload_sha256,
        statement = e.statement, statement_signature = e.signature
      from ended e where j.id = e.job_id and j.state = 'running' returning j.id
    ), noted as (
      insert into job_events (job_id, from_state, to_state) select id, 'running', 'succeeded' from moved
    )
    select attempt_id from ended`;
  return new Set(rows.map((row) => row.attempt_id));
}
