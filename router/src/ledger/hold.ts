import type { Fragment } from 'postgres';
import type { SqlRunner } from '../db/connect.ts';
import { listParameter } from '../db/list-parameter.ts';
import type { AccountId, SystemAccounts } from './accounts.ts';

export interface HoldRequest {
  jobId: string;
  wallet: string;
  amount: bigint;
}

export type CoveredHold<Request extends HoldRequest> = Request & { account: AccountId };

/**
 * Locks the balances of the wallets until the caller's transaction ends and returns the requests that they cover, in the order
 * given. What is returned is to be written with `holdParts` in the same transaction.
 */
export async function coverHolds<Request extends HoldRequest>(
  sql: SqlRunner,
  requests: readonly Request[],
): Promise<CoveredHold<Request>[]> {
  if (requests.length === 0) return [];
  const wallets = [...new Set(requests.map((request) => request.wallet))];
  const rows = await sql<{ id: AccountId; owner: string; balance: bigint }[]>`
    select id, owner, balance from accounts where kind = 'customer' and owner = any(${wallets})
    order by id for no key update`;
  const accounts = new Map(rows.map((row) => [row.owner, row]));
  return requests.flatMap((request) => {
    const account = accounts.get(request.wallet);
    if (!account || account.balance < request.amount) return [];
    account.balance -= request.amount;
    return [{ ...request, account: account.id }];
  });
}

/** Holds prices as part of a statement: customer → held. A second hold of a job fails on its idempotency id. */
export function holdParts(
  sql: SqlRunner,
  system: SystemAccounts,
  holds: readonly CoveredHold<HoldRequest>[],
): Fragment {
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
