import type { SqlRunner } from '../db/connect.ts';

/** What has come and gone since the beginning, in base units. */
export interface Flows {
  /** Arrived on our token account and stayed on the chain. */
  received: bigint;
  /** Taken from prices to be burned, burned or not. */
  burned: bigint;
  burnedOnChain: bigint;
  /** Taken from prices for nodes, paid out or not. */
  earned: bigint;
  paidToNodes: bigint;
  /** Withdrawals and refunds on chain. */
  returned: bigint;
}

export async function loadFlows(sql: SqlRunner): Promise<Flows> {
  const [row] = await sql<Flows[]>`
    with out as (
      select coalesce(sum(amount) filter (where kind = 'burn'), 0) as burned, coalesce(sum(amount) filter (where kind = 'node'), 0) as nodes,
        coalesce(sum(amount) filter (where kind in ('withdrawal', 'refund')), 0) as returned
      from payouts where state = 'paid'
    )
    select coalesce(sum(case kind when 'credit' then amount when 'orphan' then -amount end), 0)::bigint as received,
      coalesce(sum(amount) filter (where kind = 'capture_burn'), 0)::bigint as burned,
      coalesce(sum(amount) filter (where kind = 'capture_node'), 0)::bigint as earned,
      min(out.burned)::bigint as "burnedOnChain", min(out.nodes)::bigint as "paidToNodes", min(out.returned)::bigint as returned
    from out left join transfers on kind in ('credit', 'orphan', 'capture_burn', 'capture_node')`;
  if (!row) throw new Error('A sum has no row');
  return row;
}
