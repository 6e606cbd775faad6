import { getAssociatedTokenAddressSync, TOKEN_2022_PROGRAM_ID } from '@solana/spl-token';
import type { Purchase } from '../customer.ts';
import type { World } from '../world.ts';
import { readChainBook } from './chain-book.ts';
import { chargeFaults } from './charge-faults.ts';
import { compare } from './compare.ts';
import { jobFaults } from './job-faults.ts';
import { keyFaults } from './key-faults.ts';
import { payoutFaults } from './payout-faults.ts';
import { purchaseFaults } from './purchase-faults.ts';
import { sessionFaults } from './session-faults.ts';
import type { Sql } from './sql.ts';
import { walletFaults } from './wallet-faults.ts';

export interface AuditOptions {
  world: World;
  sql: Sql;
  purchases: readonly Purchase[];
  /** What the kernels of all nodes ran. */
  programs: readonly string[];
}

export interface Audit {
  /** Every way in which money was lost, doubled or left hanging; empty when all is well. */
  faults: string[];
  figures: Record<string, string | number>;
}

/** Holds the chain, the ledger and what the customers were told against each other. */
export async function auditMoney({ world, sql, purchases, programs }: AuditOptions): Promise<Audit> {
  const { connection, mint, computeWallet } = world;
  const account = getAssociatedTokenAddressSync(mint, computeWallet.publicKey, true, TOKEN_2022_PROGRAM_ID);
  const ours = { tokenAccount: account.toBase58(), mint: mint.toBase58() };
  const book = await readChainBook(connection, ours);
  const held = BigInt((await connection.getTokenAccountBalance(account, 'finalized')).value.amount);
  const treasury = await treasuryOf(sql);
  const faults = [
    ...compare('chain balance and the sum of its transactions', held, sum(book.map(({ delta }) => delta))),
    ...compare('chain and ledger', held, treasury),
    ...(await jobFaults(sql)),
    ...(await chargeFaults(sql)),
    ...(await sessionFaults(sql, programs)),
    ...(await keyFaults(sql)),
    ...(await walletFaults(sql, book)),
    ...(await payoutFaults(sql, book)),
    ...(await freezeFaults(sql)),
    ...(await purchaseFaults(sql, purchases)),
  ];
  const [jobs] = await sql<{ captured: number; voided: number; copies: number; partial: number }[]>`
    select count(*) filter (where state = 'succeeded')::int as captured, count(*) filter (where state = 'failed')::int as voided,
      count(copy_made_at)::int as copies, count(*) filter (where charged < price and copy_made_at is null)::int as partial from jobs`;
  const [out] = await sql<{ paid: number; amount: string }[]>`
    select count(*)::int as paid, coalesce(sum(amount), 0)::text as amount from payouts where state = 'paid'`;
  return {
    faults,
    figures: {
      'on chain, base units': `${held}`,
      'payments on chain': book.filter(({ delta }) => delta > 0n).length,
      'jobs captured': jobs?.captured ?? 0,
      'jobs voided': jobs?.voided ?? 0,
      'jobs served from copies': jobs?.copies ?? 0,
      'sessions charged in part': jobs?.partial ?? 0,
      'programs run in sessions': programs.length,
      'payouts paid': out?.paid ?? 0,
      'paid out, base units': out?.amount ?? '0',
    },
  };
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}

async function treasuryOf(sql: Sql): Promise<bigint> {
  const [row] = await sql<{ total: string }[]>`
    select coalesce(sum(case when t.debit = a.id then t.amount else -t.amount end), 0)::text as total
    from accounts a join transfers t on a.id in (t.debit, t.credit) where a.kind = 'treasury'`;
  return BigInt(row?.total ?? 0);
}

/** Nothing went wrong that would call for a freeze: one that stands is a false alarm. */
async function freezeFaults(sql: Sql): Promise<string[]> {
  const rows = await sql<{ cause: string; detail: string }[]>`
    select cause, detail from payout_freezes where released_at is null`;
  return rows.map(({ cause, detail }) => `payouts are frozen (${cause}): ${detail}`);
}
