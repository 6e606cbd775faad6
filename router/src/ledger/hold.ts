import type { Fragment } from 'postgres';
import type { SqlRunner } from '../db/connect.ts';
import { listParameter } from '../db/list-parameter.ts';
import type { AccountId, SystemAccounts } from './accounts.ts';

export interface CoveredHold {
  jobId: string;
  account: AccountId;
  amount: bigint;
}

/**
 * Locks the balances of these wallets until the caller's transaction ends, in one order for all callers. A wallet without an account is left
 * out. What is to be held is written with `holdParts` in the same transaction.
 */
export async function lockBalances(
  sql: SqlRunner,
  wallets: readonly string[],
): Promise<Map<string, { account: AccountId; balance: bigint }>> {
  if (wallets.length === 0) return new Map();
  const rows = await sql<{ account: AccountId; owner: string; balance: bigint }[]>`
    select id as account, owner, balance from accounts where kind = 'customer' and owner = any(${[...new Set(wallets)]})
    order by id for no key update`;
  return new Map(rows.map(({ owner, ...row }) => [owner, row]));
}

/** Holds prices as part of a statement: customer → held. A second hold of a job fails on its idempotency id. */
export function holdParts(sql: SqlRunner, system: SystemAccounts, holds: readonly CoveredHold[]): Fragment {
  return sql`
    held as (
      insert into transfers (idem, kind, debit, credit, amount, job_id)
      select 'hold:' || job_id, 'hold', account, ${system.held}::bigint, amount, job_id
      from unnest(
        ${holds.map((hold) => hold.jobId)}::uuid[], ${listParameter(holds.map((hold) => hold.account))}::bigint[],
        ${listParameter(holds.map((hold) => hold.amount))}::bigint[]
      ) as holds (job_id, account, amount)
    )`;
}
