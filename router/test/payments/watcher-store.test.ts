import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObservedTransfer } from '../../src/chain/chain.ts';
import { loadSystemAccounts, type SystemAccounts, trialBalance } from '../../src/ledger/ledger.ts';
import { createWatcherStore } from '../../src/payments/watcher-store.ts';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';
import { holdOne } from '../harness/ledger-steps.ts';

let db: FreshDatabase;
let accounts: SystemAccounts;
const heard: string[] = [];
let debitsHeard = 0;

beforeAll(async () => {
  db = await freshDatabase();
  accounts = await loadSystemAccounts(db.database.sql);
});
afterAll(() => db.drop());

const newStore = () =>
  createWatcherStore({
    sql: db.database.sql,
    accounts,
    tokenAccount: 'ours',
    dust: 10n,
    onRecorded: async (memos) => void heard.push(...memos),
    onDebits: () => {
      debitsHeard += 1;
    },
  });
const seen = (delta: bigint, more: Partial<ObservedTransfer> = {}): ObservedTransfer => ({
  signature: randomUUID(),
  slot: 5n,
  succeeded: true,
  delta,
  payer: randomUUID(),
  payerSigned: true,
  memo: randomUUID(),
  blockTime: 1,
  ...more,
});
const balanceOf = async (wallet: string | null): Promise<bigint> => {
  const [row] = await db.database.sql<{ balance: bigint }[]>`
    select balance from accounts where kind = 'customer' and owner = ${wallet}`;
  return row?.balance ?? 0n;
};
const statusOf = async ({ signature }: ObservedTransfer) =>
  (await newStore().known([signature])).get(signature);
const treasury = async () => (await trialBalance(db.database.sql)).treasury;

describe('payments', () => {
  it('are credited once, however many routers watch', async () => {
    const transfers = Array.from({ length: 20 }, () => seen(100n));
    await Promise.all(Array.from({ length: 6 }, () => newStore().record(transfers.toSorted(), false)));
    for (const { payer } of transfers) expect(await balanceOf(payer)).toBe(100n);
    expect(heard).toHaveLength(20);
  });

  it('say whether their payers signed', async () => {
    const transfers = [seen(100n), seen(100n, { payerSigned: false }), seen(100n)];
    await newStore().record(transfers, false);
    const rows = await db.database.sql<{ signature: string; isSigned: boolean }[]>`
      select signature, payer_signed as "isSigned" from chain_credits
      where signature = any(${transfers.map((transfer) => transfer.signature)}::text[])`;
    const isSigned = new Map(rows.map((row) => [row.signature, row.isSigned]));
    expect(transfers.map((transfer) => isSigned.get(transfer.signature))).toEqual([true, false, true]);
  });

  it('below the dust limit are credited and name no job', async () => {
    const dust = seen(9n);
    await newStore().record([dust], false);
    expect(await balanceOf(dust.payer)).toBe(9n);
    expect(heard).not.toContain(dust.memo);
    const [row] = await db.database.sql`select memo from chain_credits where signature = ${dust.signature}`;
    expect(row).toEqual({ memo: null });
  });

  it('that are orphaned and land again count as often as they did, to the unit', async () => {
    const before = await treasury();
    const payment = seen(100n);
    await newStore().record([payment], false);
    await holdOne(db.database.sql, accounts, {
      jobId: randomUUID(),
      wallet: payment.payer ?? '',
      amount: 70n,
    });
    for (let landing = 2n; landing <= 4n; landing += 1n) {
      await Promise.all([1, 2, 3].map(() => newStore().orphan(payment.signature)));
      expect(await balanceOf(payment.payer)).toBe(0n);
      expect(await treasury()).toBe(before);
      const again = { ...payment, slot: 5n + landing };
      await Promise.all([1, 2, 3].map(() => newStore().record([again], false)));
      expect(await balanceOf(payment.payer)).toBe(30n);
      expect(await treasury()).toBe(before + 100n);
      expect(await statusOf(payment)).toEqual({ status: 'confirmed', slot: 5n + landing });
    }
    await newStore().finalize([payment.signature]);
    await newStore().orphan(payment.signature);
    expect(await statusOf(payment)).toMatchObject({ status: 'finalized' });
    expect((await trialBalance(db.database.sql)).balanced).toBe(true);
  });

  it('without a payer wait in suspense, and leave it when they are orphaned', async () => {
    const nobody = seen(50n, { payer: null });
    const { suspense } = await trialBalance(db.database.sql);
    await newStore().record([nobody], false);
    expect((await trialBalance(db.database.sql)).suspense).toBe(suspense + 50n);
    await newStore().orphan(nobody.signature);
    expect((await trialBalance(db.database.sql)).suspense).toBe(suspense);
    await newStore().record([nobody], false);
    expect((await trialBalance(db.database.sql)).suspense).toBe(suspense + 50n);
  });
});

describe('what leaves', () => {
  it('is recorded once, moves no money of the ledger, and is told of once', async () => {
    const before = await treasury();
    const gone = seen(-40n);
    await Promise.all([1, 2, 3].map(() => newStore().record([gone], false)));
    expect(debitsHeard).toBe(1);
    expect(await treasury()).toBe(before);
    const [row] = await db.database.sql`
      select amount, status, memo from chain_debits where signature = ${gone.signature}`;
    expect(row).toEqual({ amount: 40n, status: 'confirmed', memo: gone.memo });
  });

  it('is open until it is final, or gone, or lands again', async () => {
    const gone = seen(-40n, { slot: 8n });
    const store = newStore();
    await store.record([gone], false);
    expect(await store.open()).toContainEqual({ signature: gone.signature, slot: 8n });
    await store.orphan(gone.signature);
    expect(await statusOf(gone)).toEqual({ status: 'orphaned', slot: 8n });
    await store.record([{ ...gone, slot: 9n }], false);
    expect(await statusOf(gone)).toEqual({ status: 'confirmed', slot: 9n });
    await store.finalize([gone.signature]);
    expect(await statusOf(gone)).toEqual({ status: 'finalized', slot: 9n });
    await store.orphan(gone.signature);
    expect(await statusOf(gone)).toEqual({ status: 'finalized', slot: 9n });
  });

  it('cannot be what came in', async () => {
    const payment = seen(100n);
    await newStore().record([payment], false);
    await expect(newStore().record([{ ...payment, delta: -1n }], false)).rejects.toThrow(/other direction/);
  });
});

it.each([
  ['rewrite a debit', 'update chain_debits set amount = amount + 1'],
  [
    'explain what is not final',
    `update chain_debits set explanation = 'x', explained_at = now() where status = 'confirmed'`,
  ],
  ['take back what is final', `update chain_credits set status = 'orphaned' where status = 'finalized'`],
  ['move a payment to another slot', `update chain_credits set slot = slot + 1`],
  ['count a landing that was none', `update chain_credits set landing = landing + 1`],
  ['forget a payment', 'delete from chain_credits'],
  ['forget a debit', 'delete from chain_debits'],
])('the database refuses to %s', async (_, statement) => {
  await newStore().record([seen(-3n), seen(100n)], false);
  await expect(db.database.sql.unsafe(statement)).rejects.toMatchObject({
    code: expect.stringMatching(/^23/),
  });
});
