import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type AccountId,
  bookExplained,
  bookPaid,
  openAccounts,
  reservePayouts,
} from '../../src/ledger/ledger.ts';
import {
  freezePayouts,
  openFreezes,
  type Reconciler,
  readSolvency,
  releaseFreeze,
} from '../../src/reconciliation/reconciliation.ts';
import { type WatchedBooks, watchedBooks } from './watched-books.ts';

let books: WatchedBooks;
let reconciler: Reconciler;

beforeAll(async () => {
  books = await watchedBooks();
});
afterAll(() => books.drop());
beforeEach(async () => {
  reconciler = books.newReconciler();
  books.searches.length = 0;
  books.errors.length = 0;
  for (const { id } of await openFreezes(sql())) await releaseFreeze(sql(), id, 'the next test');
});

const sql = () => books.db.database.sql;
const state = async () => (await readSolvency(sql(), reconciler, () => books.clock.now)).state;
const causes = async () => (await openFreezes(sql())).map(({ cause, subject }) => [cause, subject]);

/** A payout of one batch under this state of attempt; its debit is on chain. Returns the signature. */
async function paidOut(amount: bigint, options: { attempt: string; total?: bigint }): Promise<string> {
  const payer = randomUUID();
  await books.move(amount, { payer });
  const [source] = [...(await openAccounts(sql(), 'customer', [payer])).values()] as [AccountId];
  const [payoutId, batchId, signature] = [randomUUID(), randomUUID(), randomUUID()];
  await sql()`
    insert into payouts (id, idem, kind, source, wallet, amount, state)
    values (${payoutId}, ${payoutId}, 'withdrawal', ${source}, 'wallet', ${amount}, 'queued')`;
  await reservePayouts(sql(), books.accounts, [{ payoutId, source, amount }]);
  await sql()`insert into payout_batches (id, state) values (${batchId}, 'open')`;
  await sql()`update payouts set state = 'batched', batch_id = ${batchId} where id = ${payoutId}`;
  await sql()`
    insert into payout_attempts (signature, batch_id, raw, last_valid_height, state, fee_lamports)
    values (${signature}, ${batchId}, ${Buffer.from('raw')}, 1, 'live', 5000)`;
  if (options.attempt !== 'live')
    await sql()`update payout_attempts set state = ${options.attempt}, finished_at = now() where signature = ${signature}`;
  await books.move(-(options.total ?? amount), { signature });
  if (options.attempt !== 'finalized') return signature;
  await bookPaid(sql(), books.accounts, [payoutId]);
  await sql()`update payouts set state = 'paid', finished_at = now() where id = ${payoutId}`;
  return signature;
}

describe('what agrees', () => {
  it('is solvent, with one row for each check', async () => {
    expect(await state()).toBe('checking');
    await books.move(100n);
    await paidOut(30n, { attempt: 'finalized' });
    await paidOut(20n, { attempt: 'live' });
    const { reconciliation, findings } = await reconciler.check();
    expect(findings).toEqual([]);
    expect(reconciliation).toMatchObject({
      chainBalance: 100n,
      recordedBalance: 100n,
      treasury: 120n,
      isFull: true,
    });
    expect(await state()).toBe('solvent');
    await reconciler.check();
    const rows =
      await sql()`select is_full as "isFull", faults from reconciliations order by id desc limit 2`;
    expect(rows).toEqual([
      { isFull: false, faults: [] },
      { isFull: true, faults: [] },
    ]);
  });

  it('is stale, and never good, once the chain has not answered for long', async () => {
    await reconciler.check();
    books.chain.isDown = true;
    books.clock.now += reconciler.staleAfterMs + 1;
    await expect(reconciler.check()).rejects.toThrow('down');
    books.chain.isDown = false;
    expect(await state()).toBe('stale');
    await reconciler.check();
    expect(await state()).toBe('solvent');
  });

  it('adds up what came since the last check as if it added up everything', async () => {
    await reconciler.check();
    for (let round = 0; round < 4; round += 1) {
      await books.move(BigInt(round) + 1n);
      await paidOut(7n, { attempt: 'finalized' });
      const quick = await reconciler.check();
      const whole = await books.newReconciler().check();
      expect(quick.reconciliation).toEqual({ ...whole.reconciliation, isFull: false });
      expect(quick.books).toEqual(whole.books);
    }
  });
});

describe('what leaves without us', () => {
  it('freezes at once, is logged once, and is told of as long as it is not explained', async () => {
    await books.move(50n);
    const signature = await books.move(-50n);
    await reconciler.check();
    await reconciler.check();
    expect(await causes()).toEqual([['unknown_debit', signature]]);
    expect(books.errors).toMatchObject([
      { msg: 'payouts are frozen', cause: 'unknown_debit', subject: signature },
    ]);
    expect(await state()).toBe('frozen');
    const [freeze] = await openFreezes(sql());
    await releaseFreeze(sql(), freeze?.id ?? 0n, 'nobody has explained it');
    await reconciler.check();
    expect(await causes()).toEqual([['unknown_debit', signature]]);
    await bookExplained(sql(), books.accounts, { signature, amount: 50n, from: 'revenue' });
    await sql()`
      update chain_debits set explanation = 'moved to the new wallet', explained_at = now() where signature = ${signature}`;
    for (const { id } of await openFreezes(sql())) await releaseFreeze(sql(), id, 'explained');
    expect((await reconciler.check()).findings).toEqual([]);
    expect(await causes()).toEqual([]);
  });

  it.each([
    ['an attempt that had expired', 'expired', undefined, 'unknown_debit'],
    ['an attempt that had failed', 'failed', undefined, 'unknown_debit'],
    ['more than its batch', 'live', 21n, 'debit_mismatch'],
    ['less than its batch', 'finalized', 19n, 'debit_mismatch'],
  ])('freezes for %s', async (_, attempt, total, cause) => {
    const before = books.chain.transfers.length;
    const signature = await paidOut(20n, { attempt, ...(total && { total }) });
    await reconciler.check();
    expect(await causes()).toEqual([[cause, signature]]);
    const [freeze] = await openFreezes(sql());
    await releaseFreeze(sql(), freeze?.id ?? 0n, 'looked at');
    await reconciler.check();
    // An operator may find an amount right; what is not ours must be explained.
    expect(await causes()).toEqual(cause === 'debit_mismatch' ? [] : [[cause, signature]]);
    // Said away, so that the next case begins with books that agree.
    await sql()`update chain_debits set explanation = 'test', explained_at = now() where signature = ${signature}`;
    await bookExplained(sql(), books.accounts, { signature, amount: total ?? 20n, from: 'revenue' });
    expect(books.chain.transfers.length).toBe(before + 2);
  });
});

describe('a balance that differs', () => {
  it('is searched for in the history first, and costs nothing when it is found there', async () => {
    await reconciler.check();
    await books.move(5n, { isMissed: true });
    const { findings, isPending, reconciliation } = await reconciler.check();
    expect([findings, isPending]).toEqual([[], false]);
    expect(reconciliation.chainBalance).toBe(reconciliation.recordedBalance);
    expect(books.searches).toHaveLength(1);
    expect(books.searches[0]).toBeGreaterThan(0n);
  });

  it('freezes after three checks in a row, not before, and not when it was a moment’s', async () => {
    const { chain } = books;
    const real = chain.transfers;
    await reconciler.check();
    // Debits were explained from a revenue that was not there.
    expect(await state()).toBe('short');
    const stranger = { ...(real[0] as (typeof real)[number]), signature: 'never listed', slot: 0n };
    const withStranger = [...real, stranger];
    chain.transfers = withStranger;
    for (const expected of ['checking', 'checking']) {
      await reconciler.check();
      expect(await state()).toBe(expected);
    }
    chain.transfers = real;
    await reconciler.check();
    expect(await state()).toBe('short');
    chain.transfers = withStranger;
    await reconciler.check();
    await reconciler.check();
    expect(await causes()).toEqual([]);
    await reconciler.check();
    expect(await causes()).toEqual([['balance_mismatch', 'chain']]);
    chain.transfers = real;
  });

  it('says nothing while a transaction cannot be read', async () => {
    books.chain.isUnread = true;
    await books.move(5n, { isMissed: true });
    for (let i = 0; i < 5; i += 1) expect((await reconciler.check()).isPending).toBe(true);
    expect(await causes()).toEqual([]);
    books.chain.isUnread = false;
    expect((await reconciler.check()).isPending).toBe(false);
  });

  it('between ledger and payouts freezes at once', async () => {
    await reconciler.check();
    const payout = randomUUID();
    const payer = randomUUID();
    await books.move(9n, { payer });
    const [source] = [...(await openAccounts(sql(), 'customer', [payer])).values()] as [AccountId];
    await sql()`
      insert into payouts (id, idem, kind, source, wallet, amount, state)
      values (${payout}, ${payout}, 'withdrawal', ${source}, 'wallet', 9, 'queued')`;
    await reservePayouts(sql(), books.accounts, [{ payoutId: payout, source, amount: 9n }]);
    await bookPaid(sql(), books.accounts, [payout]);
    await reconciler.check();
    expect(await openFreezes(sql())).toMatchObject([
      {
        cause: 'balance_mismatch',
        subject: 'books',
        detail: expect.stringContaining('payouts booked as paid'),
      },
    ]);
  });
});

it('an operator’s freeze counts once, and stands until it is released', async () => {
  const finding = { cause: 'operator', subject: '', detail: 'the key may be known' } as const;
  expect(await freezePayouts(sql(), [finding, finding])).toHaveLength(1);
  expect(await freezePayouts(sql(), [finding])).toHaveLength(0);
  const [freeze] = await openFreezes(sql());
  expect(await releaseFreeze(sql(), freeze?.id ?? 0n, 'it was not')).toBe(true);
  expect(await releaseFreeze(sql(), freeze?.id ?? 0n, 'twice')).toBe(false);
});
