import type { SqlRunner } from '../db/connect.ts';
import { listParameter } from '../db/list-parameter.ts';
import { openAccounts, type SystemAccounts } from './accounts.ts';

export interface Capture {
  jobId: string;
  nodeId: string;
  /** Base units; what is left of the hold after both shares is revenue. */
  nodeShare: bigint;
  burnShare: bigint;
}

/**
 * Captures holds: held → node, burn and revenue. The amount is that of the hold. Returns the jobs that this call resolved;
 * a job that was captured or voided before is left as it is.
 */
export async function captureHolds(
  sql: SqlRunner,
  accounts: SystemAccounts,
  captures: readonly Capture[],
): Promise<Set<string>> {
  if (captures.length === 0) return new Set();
  const nodes = await openAccounts(
    sql,
    'node',
    captures.map((capture) => capture.nodeId),
  );
  const rows = await sql<{ job_id: string }[]>`
    with input as (
      select * from unnest(
        ${captures.map((capture) => capture.jobId)}::uuid[],
        ${listParameter(captures.map((capture) => nodes.get(capture.nodeId) ?? null))}::bigint[],
        ${listParameter(captures.map((capture) => capture.nodeShare))}::bigint[],
        ${listParameter(captures.map((capture) => capture.burnShare))}::bigint[]
      ) as input (job_id, node, node_share, burn_share)
    ), resolved as (
      insert into job_resolutions (job_id, outcome) select job_id, 'captured' from input
      on conflict (job_id) do nothing returning job_id
    ), moves as (
      select i.job_id, part.* from input i
        join resolved using (job_id)
        join transfers h on h.idem = 'hold:' || i.job_id
        cross join lateral (values
          ('capture_node', i.node, i.node_share),
          ('capture_burn', ${accounts.burn}::bigint, i.burn_share),
          ('capture_revenue', ${accounts.revenue}::bigint, h.amount - i.node_share - i.burn_share)
        ) as part (kind, account, amount)
    ), moved as (
      insert into transfers (idem, kind, debit, credit, amount, job_id, resolution)
      select kind || ':' || job_id, kind, ${accounts.held}::bigint, account, amount, job_id, 'captured'
      from moves where amount <> 0
    )
    select job_id from resolved`;
  return new Set(rows.map((row) => row.job_id));
}

/** Voids holds: held → the customer that paid, all of it. Returns the jobs that this call resolved. */
export async function voidHolds(
  sql: SqlRunner,
  accounts: SystemAccounts,
  jobIds: readonly string[],
): Promise<Set<string>> {
  if (jobIds.length === 0) return new Set();
  const rows = await sql<{ job_id: string }[]>`
    with resolved as (
      insert into job_resolutions (job_id, outcome) select job_id, 'voided' from unnest(${jobIds as string[]}::uuid[]) as job_id
      on conflict (job_id) do nothing returning job_id
    ), moved as (
      insert into transfers (idem, kind, debit, credit, amount, job_id, resolution)
      select 'void:' || r.job_id, 'void', ${accounts.held}::bigint, h.debit, h.amount, r.job_id, 'voided'
      from resolved r join transfers h on h.idem = 'hold:' || r.job_id
    )
    select job_id from resolved`;
  return new Set(rows.map((row) => row.job_id));
}
