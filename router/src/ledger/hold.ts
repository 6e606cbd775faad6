import type { SqlRunner } from '../db/connect.ts';
import { listParameter } from '../db/list-parameter.ts';
import { openAccounts, type SystemAccounts } from './accounts.ts';

export interface HoldRequest {
  jobId: string;
  wallet: string;
  amount: bigint;
}

/**
 * Holds prices for jobs: customer → held, as far as each customer's balance goes, in the order given. Returns the ids of the
 * jobs whose hold is on record. Runs in the caller's transaction: the lock on the balances lasts until its commit.
 */
export async function holdPrices(
  sql: SqlRunner,
  accounts: SystemAccounts,
  requests: readonly HoldRequest[],
): Promise<Set<string>> {
  if (requests.length === 0) return new Set();
  const customers = await openAccounts(
    sql,
    'customer',
    requests.map((request) => request.wallet),
  );
  const rows = await sql<{ id: bigint; balance: bigint }[]>`
    select id, balance from accounts where id = any(${listParameter([...customers.values()])}::bigint[]) order by id for no key update`;
  const left = new Map(rows.map((row) => [row.id, row.balance]));

  const covered = requests.flatMap((request) => {
    const account = customers.get(request.wallet);
    const balance = account === undefined ? undefined : left.get(account);
    if (account === undefined || balance === undefined || balance < request.amount) return [];
    left.set(account, balance - request.amount);
    return [{ ...request, account }];
  });
  if (covered.length === 0) return new Set();

  const held = await sql<{ job_id: string }[]>`
    insert into transfers (idem, kind, debit, credit, amount, job_id)
    select 'hold:' || job_id, 'hold', account, ${accounts.held}::bigint, amount, job_id
    from unnest(
      ${covered.map((hold) => hold.jobId)}::uuid[], ${listParameter(covered.map((hold) => hold.account))}::bigint[],
      ${listParameter(covered.map((hold) => hold.amount))}::bigint[]
    ) as holds (job_id, account, amount)
    on conflict (idem) do nothing returning job_id`;
  return new Set(held.map((row) => row.job_id));
}
