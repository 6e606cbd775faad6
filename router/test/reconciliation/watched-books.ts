import { randomUUID } from 'node:crypto';
import pino from 'pino';
import type { ObservedTransfer } from '../../src/chain/chain.ts';
import { loadSystemAccounts, type SystemAccounts } from '../../src/ledger/ledger.ts';
import { createWatcherStore } from '../../src/payments/watcher-store.ts';
import { createReconciler, type Reconciler } from '../../src/reconciliation/reconciliation.ts';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';

/** Books on a real database, and a chain of a few transactions that the test tells. */
export interface WatchedBooks {
  db: FreshDatabase;
  accounts: SystemAccounts;
  /** What happened on chain, whether the watcher saw it or not. */
  chain: { transfers: ObservedTransfer[]; slot: bigint; isDown: boolean; isUnread: boolean };
  /** From which slots history was read again. */
  searches: bigint[];
  clock: { now: number };
  /** Every line that was logged as an error. */
  errors: Record<string, unknown>[];
  /** Puts a transaction on chain, at the next slot; the watcher records it unless `isMissed`. */
  move(
    delta: bigint,
    options?: { isMissed?: boolean; signature?: string; payer?: string | null },
  ): Promise<string>;
  newReconciler(): Reconciler;
  drop(): Promise<void>;
}

export async function watchedBooks(): Promise<WatchedBooks> {
  const db = await freshDatabase();
  const accounts = await loadSystemAccounts(db.database.sql);
  const store = createWatcherStore({
    sql: db.database.sql,
    accounts,
    tokenAccount: 'ours',
    onRecorded: async () => {},
  });
  const errors: Record<string, unknown>[] = [];
  const logger = pino({ level: 'error' }, { write: (line: string) => void errors.push(JSON.parse(line)) });
  const books: WatchedBooks = {
    db,
    accounts,
    chain: { transfers: [], slot: 10_000n, isDown: false, isUnread: false },
    searches: [],
    clock: { now: 1_000_000 },
    errors,
    async move(delta, { isMissed = false, signature = randomUUID(), payer = randomUUID() } = {}) {
      books.chain.slot += 1n;
      const { slot } = books.chain;
      const seen = {
        signature,
        slot,
        succeeded: true,
        delta,
        payer,
        payerSigned: true,
        memo: null,
        blockTime: 1,
      };
      books.chain.transfers.push(seen);
      if (!isMissed) await store.record([seen], true);
      return signature;
    },
    newReconciler: () =>
      createReconciler({
        sql: db.database.sql,
        chain: {
          async holding() {
            if (books.chain.isDown) throw new Error('the RPC is down');
            const amount = books.chain.transfers.reduce((sum, t) => sum + t.delta, 0n);
            return { amount, slot: books.chain.slot };
          },
          async readThrough(_slot, downTo) {
            if (downTo !== undefined) {
              books.searches.push(downTo);
              await store.record(
                books.chain.transfers.filter((t) => t.slot >= downTo),
                true,
              );
            }
            return !books.chain.isUnread;
          },
        },
        feePayerLamports: async () => null,
        everySeconds: 60,
        clock: () => books.clock.now,
        logger,
      }),
    drop: () => db.drop(),
  };
  return books;
}
