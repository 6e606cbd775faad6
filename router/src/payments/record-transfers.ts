import { depositWallet, normaliseMemo } from '@watt/shared';
import type { Fragment } from 'postgres';
import type { ObservedTransfer } from '../chain/chain.ts';
import type { SqlClient, SqlRunner } from '../db/connect.ts';
import { listParameter } from '../db/list-parameter.ts';
import { creditPayments, reinstateCredit, type SystemAccounts } from '../ledger/ledger.ts';

const MEMO_MAX = 200;

export interface RecordOptions {
  sql: SqlClient;
  accounts: SystemAccounts;
  computeWallet?: string;
  dust?: bigint;
}

/** Records payments and credits those that are new, or that have landed again after they were orphaned. Returns what names their jobs. */
export async function recordCredits(
  { sql, accounts, computeWallet, dust = 0n }: RecordOptions,
  transfers: readonly ObservedTransfer[],
  isFinalized: boolean,
): Promise<string[]> {
  return sql.begin(async (tx) => {
    const fresh = await tx<
      { signature: string; amount: bigint; payer: string | null; memo: string | null }[]
    >`
      insert into chain_credits (signature, slot, amount, payer, payer_signed, memo, status, block_time)
      select signature, slot, amount, payer, payer_signed::bool, memo, ${isFinalized ? 'finalized' : 'confirmed'}, to_timestamp(at)
      from unnest(
        ${transfers.map((t) => t.signature)}::text[], ${listParameter(transfers.map((t) => t.slot))}::bigint[],
        ${listParameter(transfers.map((t) => t.delta))}::bigint[], ${transfers.map((t) => t.payer)}::text[],
        ${transfers.map((t) => `${t.payerSigned}`)}::text[],
        ${transfers.map((t) => (t.delta < dust ? null : storedMemo(t)))}::text[], ${transfers.map((t) => t.blockTime)}::float8[]
      ) as seen (signature, slot, amount, payer, payer_signed, memo, at)
      on conflict (signature) do nothing returning signature, amount, payer, ${memoOrJob(tx)}`;
    await creditPayments(
      tx,
      accounts,
      fresh.map((row) => ({ ...row, payer: beneficiaryOf(row, computeWallet) })),
    );
    const again = fresh.length < transfers.length ? await landAgain(tx, accounts, transfers) : [];
    return [...fresh, ...again].flatMap((row) => row.memo ?? []);
  });
}

/** Records transactions that took tokens out of our account. True when one of them is news. */
export async function recordDebits(
  sql: SqlClient,
  transfers: readonly ObservedTransfer[],
  isFinalized: boolean,
): Promise<boolean> {
  const columns = [
    transfers.map((t) => t.signature),
    listParameter(transfers.map((t) => t.slot)),
    listParameter(transfers.map((t) => -t.delta)),
  ] as const;
  const news = await sql`
    with seen as (
      select * from unnest(
        ${columns[0]}::text[], ${columns[1]}::bigint[], ${columns[2]}::bigint[], ${transfers.map(storedMemo)}::text[],
        ${transfers.map((t) => t.blockTime)}::float8[]
      ) as seen (signature, slot, amount, memo, at)
    ), again as (
      update chain_debits d set status = 'confirmed', slot = seen.slot from seen
      where d.signature = seen.signature and d.amount = seen.amount and d.status = 'orphaned' returning d.signature
    ), fresh as (
      insert into chain_debits (signature, slot, amount, memo, status, block_time)
      select signature, slot, amount, memo, ${isFinalized ? 'finalized' : 'confirmed'}, to_timestamp(at) from seen
      on conflict (signature) do nothing returning signature
    )
    select signature from again union all select signature from fresh`;
  return news.length > 0;
}

async function landAgain(
  sql: SqlRunner,
  accounts: SystemAccounts,
  transfers: readonly ObservedTransfer[],
): Promise<{ memo: string | null }[]> {
  const rows = await sql<{ signature: string; amount: bigint; landing: number; memo: string | null }[]>`
    update chain_credits c set status = 'confirmed', slot = seen.slot, landing = c.landing + 1
    from unnest(
      ${transfers.map((t) => t.signature)}::text[], ${listParameter(transfers.map((t) => t.slot))}::bigint[],
      ${listParameter(transfers.map((t) => t.delta))}::bigint[]
    ) as seen (signature, slot, amount)
    where c.signature = seen.signature and c.amount = seen.amount and c.status = 'orphaned'
    returning c.signature, c.amount, c.landing, ${memoOrJob(sql, 'c')}`;
  for (const row of rows) await reinstateCredit(sql, accounts, row);
  return rows;
}

/** The memo; for a settlement of ours the job that it is for. */
function memoOrJob(sql: SqlRunner, table: 'chain_credits' | 'c' = 'chain_credits'): Fragment {
  return sql`
    coalesce((select s.job_id::text from x402_settlements s where s.signature = ${sql(table)}.signature), ${sql(table)}.memo) as memo`;
}

/** A memo that names a wallet is credited to it, whoever sent the tokens; our own is not one to be credited. */
function beneficiaryOf(
  { memo, payer }: { memo: string | null; payer: string | null },
  computeWallet: string | undefined,
): string | null {
  const named = memo === null ? null : depositWallet(memo);
  return named !== null && named !== computeWallet ? named : payer;
}

// NUL cannot be stored in Postgres text, and no memo of ours has one.
function storedMemo(transfer: ObservedTransfer): string | null {
  if (transfer.memo === null || transfer.memo.length > MEMO_MAX || transfer.memo.includes('\0')) return null;
  return normaliseMemo(transfer.memo);
}
