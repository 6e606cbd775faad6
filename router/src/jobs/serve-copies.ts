import type { JobId } from '@watt/shared';
import { unusedBudgetParts } from '../access/access.ts';
import type { SqlRunner } from '../db/connect.ts';
import { listParameter } from '../db/list-parameter.ts';
import { captureParts, type SystemAccounts } from '../ledger/ledger.ts';

/** A paid job and the copy that it may be served with. */
export interface CopyHit {
  jobId: JobId;
  /** The job whose result it is. */
  sourceId: JobId;
  maxAgeSeconds: number;
  /** What of the price is not charged, in base units; the shares are of the rest. */
  unused: bigint;
  nodeShare: bigint;
  burnShare: bigint;
}

/**
 * `queued` → `succeeded`: in one statement the job gets the result of another with its files, and the hold is captured for the node that made
 * it. Returns the jobs for which that happened now; a job that somebody leased meanwhile, or whose copy became too old, is not among them.
 */
export async function serveCopies(
  sql: SqlRunner,
  accounts: SystemAccounts,
  hits: readonly CopyHit[],
): Promise<Set<string>> {
  if (hits.length === 0) return new Set();
  const rows = await sql<{ job_id: string }[]>`
    with hits as (
      select * from unnest(
        ${hits.map((hit) => hit.jobId)}::uuid[], ${hits.map((hit) => hit.sourceId)}::uuid[],
        ${hits.map((hit) => hit.maxAgeSeconds)}::int[], ${listParameter(hits.map((hit) => hit.unused))}::bigint[],
        ${listParameter(hits.map((hit) => hit.nodeShare))}::bigint[], ${listParameter(hits.map((hit) => hit.burnShare))}::bigint[]
      ) as i (job_id, source_id, max_age, unused, node_share, burn_share)
    ), taken as (
      select h.*, s.node_id, s.result, s.result_sha256, c.made_at, c.statement, c.signature
      from hits h join jobs j on j.id = h.job_id
        join scrape_copies c on c.job_id = h.source_id and c.made_at >= now() - make_interval(secs => h.max_age)
        join jobs s on s.id = c.job_id
      where j.state = 'queued'
      -- Whoever has it locked leases it: to wait could only end in not having it, or in a deadlock.
      for no key update of j skip locked
    ), moved as (
      update jobs j set state = 'succeeded', finished_at = now(), charged = j.price - t.unused, node_share = t.node_share,
        burn_share = t.burn_share, node_id = t.node_id, attempt_id = null, result = t.result, result_sha256 = t.result_sha256,
        statement = t.statement, statement_signature = t.signature, copy_made_at = least(t.made_at, now())
      from taken t where j.id = t.job_id and j.state = 'queued' returning t.*
    ), captures as (
      select job_id, node_id, unused, node_share, burn_share from moved
    ), ${captureParts(sql, accounts)}, ${unusedBudgetParts(sql)}, files as (
      insert into artifacts (job_id, sha256, content_type, bytes)
      select m.job_id, f.sha256, f.content_type, f.bytes from moved m join artifacts f on f.job_id = m.source_id
    ), noted as (
      insert into job_events (job_id, from_state, to_state, detail)
      select job_id, 'queued', 'succeeded', 'served from a copy' from moved
    )
    select job_id from moved`;
  return new Set(rows.map((row) => row.job_id));
}
