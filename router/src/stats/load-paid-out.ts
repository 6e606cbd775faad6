import type { SqlRunner } from '../db/connect.ts';

/** What has left on chain since the beginning, in base units. */
export interface PaidOut {
  burned: bigint;
  toNodes: bigint;
  /** Withdrawals and refunds. */
  returned: bigint;
}

export async function loadPaidOut(sql: SqlRunner): Promise<PaidOut> {
  const [row] = await sql<PaidOut[]>`
    select coalesce(sum(amount) filter (where kind = 'burn'), 0)::bigint as burned,
      coalesce(sum(amount) filter (where kind = 'node'), 0)::bigint as "toNodes",
      coalesce(sum(amount) filter (where kind in ('withdrawal', 'refund')), 0)::bigint as returned
    from payouts where state = 'paid'`;
  if (!row) throw new Error('A sum has no row');
  return row;
}
