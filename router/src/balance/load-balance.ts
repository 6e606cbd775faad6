import type { SqlClient, SqlRunner } from '../db/connect.ts';
import type { AccountId } from '../ledger/ledger.ts';

/** A wallet's money with us, in base units. */
export interface Balance {
  /** Can be spent now. */
  available: bigint;
  /** Prices of jobs that run; they are captured or come back. */
  held: bigint;
  /** Part of `available` that came in with payments that are not finalized yet. */
  pending: bigint;
  /** Spent out of payments that then disappeared from the chain; what comes back to the balance makes up for it first. */
  owed: bigint;
  /** Can be withdrawn now: `available` less `pending` and `owed`, never below zero. */
  withdrawable: bigint;
  /** On its way out to the wallet. */
  withdrawing: bigint;
  /** Captured for jobs, all time. */
  spent: bigint;
}

type Row = Omit<Balance, 'withdrawable'>;
type Claims = Pick<Row, 'available' | 'pending' | 'owed'>;

const EMPTY: Balance = {
  available: 0n,
  held: 0n,
  pending: 0n,
  owed: 0n,
  withdrawable: 0n,
  withdrawing: 0n,
  spent: 0n,
};

/** One statement, so that all figures are of one moment. */
export async function loadBalance(sql: SqlClient, wallet: string): Promise<Balance> {
  const [row] = await sql<Row[]>`
    select a.balance as available,
      coalesce((
        select sum(price) from jobs where payer = ${wallet} and state in ('queued', 'running')
      ), 0)::bigint as held,
      ${pendingOf(sql)} as pending, ${owedOf(sql)} as owed,
      coalesce((
        select sum(amount) from payouts p where p.source = a.id and p.state not in ('paid', 'returned')
      ), 0)::bigint as withdrawing,
      coalesce((
        select sum(charged) from jobs where payer = ${wallet} and state = 'succeeded'
      ), 0)::bigint as spent
    from accounts a where a.kind = 'customer' and a.owner = ${wallet}`;
  if (!row) return EMPTY;
  return { ...row, withdrawable: withdrawableOf(row) };
}

/**
 * What may leave a wallet's balance, its account locked until the caller's transaction ends: a payment that could still disappear from the
 * chain stays.
 */
export async function lockWithdrawable(
  sql: SqlRunner,
  wallet: string,
): Promise<{ account: AccountId; withdrawable: bigint }> {
  const [account] = await sql<{ id: AccountId }[]>`
    select id from accounts where kind = 'customer' and owner = ${wallet} for no key update`;
  if (!account) return { account: 0n as AccountId, withdrawable: 0n };
  // Read after the lock: a payment that is in the balance is then in the records too.
  const [row] = await sql<Claims[]>`
    select a.balance as available, ${pendingOf(sql)} as pending, ${owedOf(sql)} as owed from accounts a where a.id = ${account.id}`;
  return { account: account.id, withdrawable: row ? withdrawableOf(row) : 0n };
}

function withdrawableOf({ available, pending, owed }: Claims): bigint {
  const free = available - pending - owed;
  return free > 0n ? free : 0n;
}

/** What came into account `a` with payments that are confirmed and not finalized. */
function pendingOf(sql: SqlRunner) {
  return sql`coalesce((
    select sum(t.amount) from chain_credits c
      join transfers t on t.idem = 'sig:' || c.signature || case when c.landing > 1 then ':' || c.landing else '' end
    where c.status = 'confirmed' and t.credit = a.id
  ), 0)::bigint`;
}

/** What `reverseCredit` could not take back from account `a` and had to take from suspense, less what landed again. */
function owedOf(sql: SqlRunner) {
  const sum = (column: 'debit' | 'credit', prefix: string) => sql`coalesce((
    select sum(t.amount) from accounts z join transfers t on t.${sql(column)} = z.id and t.idem like ${`${prefix}%`}
      join transfers s on s.idem = 'sig:' || split_part(t.idem, ':', 2)
    where z.kind = 'suspense' and s.credit = a.id
  ), 0)::bigint`;
  return sql`${sum('debit', 'orphan-loss:')} - ${sum('credit', 'sig-loss:')}`;
}
