import { randomBytes } from 'node:crypto';
import { connectDatabase, createWatcherStore, loadSystemAccounts } from '@watt/router';
import { createJobId, createSigningKey, type JobId, watt } from '@watt/shared';

const BATCH = 1_000;
const PAYERS = 500;
const PRICE = watt(500);

export interface PaymentStock {
  /** Puts this many more paid job ids on record. */
  layIn(count: number): Promise<void>;
  left(): number;
  /** A job id whose payment is on record. Throws when there is none left. */
  take(): JobId;
  close(): Promise<void>;
}

/**
 * Payments as the router's own chain watcher records them: each with its signature, credited to its payer by the ledger. Only the
 * chain that would have carried them is left out.
 */
export async function openPaymentStock(databaseUrl: string, tokenAccount: string): Promise<PaymentStock> {
  const database = connectDatabase(databaseUrl, { connections: 2 });
  const accounts = await loadSystemAccounts(database.sql);
  const store = createWatcherStore({ sql: database.sql, accounts, tokenAccount, onRecorded: async () => {} });
  const payers = Array.from({ length: PAYERS }, () => createSigningKey(randomBytes(32)).publicKey);
  const stock: JobId[] = [];
  let made = 0;

  const transferFor = (jobId: JobId) => {
    made += 1;
    return {
      signature: `bench-${made}-${randomBytes(24).toString('hex')}`,
      slot: 1n,
      succeeded: true,
      delta: PRICE,
      payer: payers[made % PAYERS] ?? null,
      payerSigned: true,
      memo: jobId,
      blockTime: Math.floor(Date.now() / 1_000),
    };
  };
  return {
    async layIn(count) {
      for (let left = count; left > 0; left -= BATCH) {
        const jobIds = Array.from({ length: Math.min(BATCH, left) }, createJobId);
        await store.record(jobIds.map(transferFor), true);
        stock.push(...jobIds);
      }
      // What autovacuum does within a minute: plans made while the tables were empty read them from end to end.
      await database.sql`analyze`;
    },
    left: () => stock.length,
    take() {
      const jobId = stock.pop();
      if (jobId) return jobId;
      throw new Error('The payments that were laid in are used up');
    },
    close: () => database.close(),
  };
}
