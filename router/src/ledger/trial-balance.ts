import type { SqlRunner } from '../db/connect.ts';

/** The ledger's closing lines, in base units. `treasury` is what we hold on chain; the rest says whose it is. */
export interface TrialBalance {
  treasury: bigint;
  customers: bigint;
  held: bigint;
  nodes: bigint;
  burn: bigint;
  revenue: bigint;
  payoutInflight: bigint;
  suspense: bigint;
  /** Treasury equals the sum of all the others, and every kept balance equals the sum of its transfers. */
  balanced: boolean;
}

type Kind = 'treasury' | 'customer' | 'held' | 'node' | 'burn' | 'revenue' | 'payout_inflight' | 'suspense';

/** Adds up every transfer anew; nothing here trusts a kept balance, which is compared instead. */
export async function trialBalance(sql: SqlRunner): Promise<TrialBalance> {
  const rows = await sql<{ kind: Kind; total: string; wrong: bigint }[]>`
    with moves as (
      select credit as account, amount from transfers union all select debit, -amount from transfers
    ), sums as (
      select account, sum(amount) as total from moves group by account
    )
    select a.kind, coalesce(sum(s.total), 0)::text as total,
      count(*) filter (where a.balance is not null and a.balance <> coalesce(s.total, 0)) as wrong
    from accounts a left join sums s on s.account = a.id group by a.kind`;
  const total = (kind: Kind): bigint => BigInt(rows.find((row) => row.kind === kind)?.total ?? 0);
  const parts = {
    treasury: -total('treasury'),
    customers: total('customer'),
    held: total('held'),
    nodes: total('node'),
    burn: total('burn'),
    revenue: total('revenue'),
    payoutInflight: total('payout_inflight'),
    suspense: total('suspense'),
  };
  const { treasury, ...owed } = parts;
  const isEven = treasury === Object.values(owed).reduce((sum, part) => sum + part, 0n);
  return { ...parts, balanced: isEven && rows.every((row) => row.wrong === 0n) };
}
