import { normaliseMemo } from '@watt/shared';
import type { ObservedTransfer, WatcherStore } from '../chain/chain.ts';
import type { SqlClient } from '../db/connect.ts';
import { listParameter } from '../db/list-parameter.ts';
import { creditPayments, reverseCredit, type SystemAccounts } from '../ledger/ledger.ts';

const MEMO_MAX = 200;

export interface WatcherStoreOptions {
  sql: SqlClient;
  accounts: SystemAccounts;
  tokenAccount: string;
  /** Memos of payments that are newly on record, or the job that one was settled for; jobs may be waiting for them. */
  onRecorded(memos: string[]): Promise<void>;
}

/** Keeps the watcher's findings: every payment once, by its signature, and its credit in the same transaction. */
export function createWatcherStore(options: WatcherStoreOptions): WatcherStore {
  const { sql, accounts, tokenAccount } = options;
  return {
    async loadCursor() {
      const [row] = await sql<{ slot: bigint }[]>`
        select finalized_slot as slot from chain_cursors where token_account = ${tokenAccount}`;
      return row?.slot ?? 0n;
    },
    async saveCursor(slot) {
      await sql`
        insert into chain_cursors (token_account, finalized_slot) values (${tokenAccount}, ${slot})
        on conflict (token_account) do update
        set finalized_slot = greatest(chain_cursors.finalized_slot, excluded.finalized_slot)`;
    },
    async known(signatures) {
      const rows = await sql<{ signature: string }[]>`
        select signature from chain_credits where signature = any(${signatures})`;
      return new Set(rows.map((row) => row.signature));
    },
    async record(transfers, isFinalized) {
      if (transfers.length === 0) return;
      const memos = await sql.begin(async (tx) => {
        const fresh = await tx<
          { signature: string; amount: bigint; payer: string | null; memo: string | null }[]
        >`
          insert into chain_credits (signature, slot, amount, payer, payer_signed, memo, status, block_time)
          select signature, slot, amount, payer, payer_signed, memo, ${isFinalized ? 'finalized' : 'confirmed'}, to_timestamp(at)
          from unnest(
            ${transfers.map((t) => t.signature)}::text[], ${listParameter(transfers.map((t) => t.slot))}::bigint[],
            ${listParameter(transfers.map((t) => t.delta))}::bigint[], ${transfers.map((t) => t.payer)}::text[],
            ${listParameter(transfers.map((t) => t.payerSigned))}::bool[], ${transfers.map(storedMemo)}::text[],
            ${transfers.map((t) => t.blockTime)}::float8[]
          ) as seen (signature, slot, amount, payer, payer_signed, memo, at)
          on conflict (signature) do nothing
          returning signature, amount, payer,
            coalesce((select s.job_id::text from x402_settlements s where s.signature = chain_credits.signature), memo) as memo`;
        await creditPayments(tx, accounts, fresh);
        return fresh.flatMap((row) => row.memo ?? []);
      });
      if (memos.length > 0) await options.onRecorded(memos);
    },
    async finalize(signatures) {
      if (signatures.length === 0) return;
      await sql`
        update chain_credits set status = 'finalized' where signature = any(${signatures}) and status = 'confirmed'`;
    },
    async openUpTo(slot) {
      const rows = await sql<{ signature: string }[]>`
        select signature from chain_credits where status = 'confirmed' and slot <= ${slot} order by slot limit 1000`;
      return rows.map((row) => row.signature);
    },
    async orphan(signature) {
      await sql.begin(async (tx) => {
        const [row] = await tx<{ signature: string; amount: bigint; payer: string | null }[]>`
          update chain_credits set status = 'orphaned' where signature = ${signature} and status = 'confirmed'
          returning signature, amount, payer`;
        if (row) await reverseCredit(tx, accounts, row);
      });
    },
  };
}

// NUL cannot be stored in Postgres text, and no memo of ours has one.
function storedMemo(transfer: ObservedTransfer): string | null {
  if (transfer.memo === null || transfer.memo.length > MEMO_MAX || transfer.memo.includes('\0')) return null;
  return normaliseMemo(transfer.memo);
}
