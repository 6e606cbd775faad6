import { expect, it } from 'vitest';
import type { LandedTransaction } from './landed-transaction.ts';
import { TransactionLedger } from './transaction-ledger.ts';

function landed(sequence: number, slot: number, keys: string[]): LandedTransaction {
  return {
    sequence,
    slot,
    keys,
    signature: `s${sequence}`,
    blockTime: 0,
    raw: new Uint8Array(),
    error: null,
    fee: 5000,
    logs: [],
    inner: [],
    unitsConsumed: 0,
    returnData: null,
    loaded: { writable: [], readonly: [] },
    preBalances: [],
    postBalances: [],
    preTokenBalances: [],
    postTokenBalances: [],
    memo: null,
    unitPrice: 0,
  };
}

it('finds transactions by address from any point, newest first', () => {
  const ledger = new TransactionLedger();
  for (let i = 0; i < 10; i++)
    ledger.put(landed(i, 100 + Math.floor(i / 2), i % 2 === 0 ? ['a'] : ['a', 'b']));
  const of = (address: string, below?: number) =>
    [...ledger.ofAddress(address, below)].map((row) => row.sequence);
  expect(of('b')).toEqual([9, 7, 5, 3, 1]);
  expect(of('b', 5)).toEqual([3, 1]);
  expect(of('b', 6)).toEqual([5, 3, 1]);
  expect(of('nobody')).toEqual([]);
  expect(ledger.countUpTo(102)).toBe(6);
});

it('removes without a trace and replaces in place', () => {
  const ledger = new TransactionLedger();
  for (let i = 0; i < 4; i++) ledger.put(landed(i, 100, ['a']));
  ledger.remove('s1');
  ledger.put({ ...landed(2, 100, ['a']), fee: 7 });
  expect([...ledger.ofAddress('a')].map(({ sequence, fee }) => [sequence, fee])).toEqual([
    [3, 5000],
    [2, 7],
    [0, 5000],
  ]);
  expect(ledger.inSlot(100).map((row) => row.sequence)).toEqual([0, 2, 3]);
  expect(ledger.get('s1')).toBeUndefined();
  expect(ledger.from(1).map((row) => row.sequence)).toEqual([2, 3]);
  expect(ledger.nextSequence).toBe(4);
});
