import type { OnRecord, WatcherStore } from '../chain/chain.ts';
import type { SqlClient } from '../db/connect.ts';
import { reverseCredit, type SystemAccounts } from '../ledger/ledger.ts';
import { recordCredits, recordDebits } from './record-transfers.ts';

const OPEN_MAX = 1000;
const NEVER_OPENED = -1n;

export interface WatcherStoreOptions {
  sql: SqlClient;
  accounts: SystemAccounts;
  tokenAccount: string;
  /** A memo that names it in place of its sender names nobody. */
  computeWallet?: string;
  /** Memos of payments that are newly on record, or the job that one was settled for; jobs may be waiting for them. */
  onRecorded(memos: string[]): Promise<void>;
  /** Called when tokens were seen to leave that had not been seen before. */
  onDebits?(): void;
  /** A payment of less, in base units, names no job: it is recorded without its memo and stays in the payer's balance. */
  dust?: bigint;
}

/** Keeps the watcher's findings: every transaction once, by its signature, and a payment's credit in the same transaction. */
export function createWatcherStore(options: WatcherStoreOptions): WatcherStore {
  const { sql, accounts, tokenAccount } = options;
  let openedAt: bigint | null = null;
  const loadOpening = async (): Promise<bigint> => {
    const [row] = await sql<{ slot: bigint }[]>`
      select opened_at_slot as slot from chain_cursors where token_account = ${tokenAccount}`;
    return row?.slot ?? NEVER_OPENED;
  };
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
      const rows = await sql<({ signature: string } & OnRecord)[]>`
        select signature, status, slot from chain_credits where signature = any(${signatures})
        union all select signature, status, slot from chain_debits where signature = any(${signatures})`;
      return new Map(rows.map(({ signature, ...record }) => [signature, record]));
    },
    async record(seen, isFinalized) {
      openedAt ??= await loadOpening();
      const opening = openedAt;
      const transfers = seen.filter((transfer) => transfer.slot > opening);
      const incoming = transfers.filter((transfer) => transfer.delta > 0n);
      const outgoing = transfers.filter((transfer) => transfer.delta < 0n);
      if (incoming.length > 0) {
        const memos = await recordCredits(options, incoming, isFinalized);
        if (memos.length > 0) await options.onRecorded(memos);
      }
      if (outgoing.length > 0 && (await recordDebits(sql, outgoing, isFinalized))) options.onDebits?.();
    },
    async finalize(signatures) {
      if (signatures.length === 0) return;
      await sql`
        with credits as (
          update chain_credits set status = 'finalized' where signature = any(${signatures}) and status = 'confirmed'
        )
        update chain_debits set status = 'finalized' where signature = any(${signatures}) and status = 'confirmed'`;
    },
    async open() {
      return sql<{ signature: string; slot: bigint }[]>`
        (select signature, slot from chain_credits where status = 'confirmed' order by slot limit ${OPEN_MAX})
        union all (select signature, slot from chain_debits where status = 'confirmed' order by slot limit ${OPEN_MAX})`;
    },
    async orphan(signature) {
      await sql.begin(async (tx) => {
        const [row] = await tx<{ signature: string; amount: bigint; landing: number }[]>`
          update chain_credits set status = 'orphaned' where signature = ${signature} and status = 'confirmed'
          returning signature, amount, landing`;
        if (row) await reverseCredit(tx, accounts, row);
        else
          await tx`update chain_debits set status = 'orphaned' where signature = ${signature} and status = 'confirmed'`;
      });
    },
  };
}
