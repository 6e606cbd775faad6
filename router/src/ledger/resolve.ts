import type { Fragment } from 'postgres';
import type { SqlRunner } from '../db/connect.ts';
import type { SystemAccounts } from './accounts.ts';

/**
 * Captures holds as part of a statement: held → node, burn and revenue, and what is not charged back to its customer. Expects a relation
 * `captures (job_id, node_id, unused, node_share, burn_share)` before it; the amount is that of the hold, and what the others leave is revenue. A
 * second resolution of a job fails on its primary key, and more than the hold on `amount_positive`; either takes the whole statement with it.
 */
export function captureParts(sql: SqlRunner, accounts: SystemAccounts): Fragment {
  return sql`
    resolved as (
      insert into job_resolutions (job_id, outcome) select job_id, 'captured' from captures returning job_id
    ), capture_moves as (
      select c.job_id, part.* from captures c
        join resolved using (job_id)
        -- A hold or an account that is not there must fail the statement, not leave out a row.
        left join transfers h on h.idem = 'hold:' || c.job_id
        left join accounts n on n.kind = 'node' and n.owner = c.node_id
        cross join lateral (values
          ('capture_node', n.id, c.node_share),
          ('capture_burn', ${accounts.burn}::bigint, c.burn_share),
          ('capture_revenue', ${accounts.revenue}::bigint, h.amount - c.unused - c.node_share - c.burn_share),
          ('capture_unused', h.debit, c.unused)
        ) as part (kind, account, amount)
    ), captured as (
      insert into transfers (idem, kind, debit, credit, amount, job_id, resolution)
      select kind || ':' || job_id, kind, ${accounts.held}::bigint, account, amount, job_id, 'captured'
      from capture_moves where amount is distinct from 0
    )`;
}

/**
 * Voids holds: held → the customer that paid, all of it. Returns the jobs that this call resolved. The conflict names no index, since a job has
 * two that a twin of this call can meet first.
 */
export async function voidHolds(
  sql: SqlRunner,
  accounts: SystemAccounts,
  jobIds: readonly string[],
): Promise<Set<string>> {
  if (jobIds.length === 0) return new Set();
  const rows = await sql<{ job_id: string }[]>`
    with resolved as (
      insert into job_resolutions (job_id, outcome) select job_id, 'voided' from unnest(${jobIds as string[]}::uuid[]) as job_id
      on conflict do nothing returning job_id
    ), moved as (
      insert into transfers (idem, kind, debit, credit, amount, job_id, resolution)
      select 'void:' || r.job_id, 'void', ${accounts.held}::bigint, h.debit, h.amount, r.job_id, 'voided'
      from resolved r join transfers h on h.idem = 'hold:' || r.job_id
    )
    select job_id from resolved`;
  return new Set(rows.map((row) => row.job_id));
}
