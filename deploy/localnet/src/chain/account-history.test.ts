import { expect, it } from 'vitest';
import { AccountHistory } from './account-history.ts';
import type { AccountState } from './account-state.ts';

function account(lamports: number): AccountState {
  return { lamports: BigInt(lamports), data: new Uint8Array(), owner: 'p', isExecutable: false };
}

it('knows an account at every slot, before its first change too', () => {
  const history = new AccountHistory(() => account(1));
  expect(history.at('a', 5)?.lamports).toBe(1n);
  history.record('a', { slot: 10, sequence: 0, before: account(1), after: account(2) });
  history.record('a', { slot: 12, sequence: 1, before: account(2), after: null });
  const seen = [9, 10, 11, 12].map((slot) => history.at('a', slot)?.lamports ?? null);
  expect(seen).toEqual([1n, 2n, 2n, null]);
  expect(history.latest('a')).toBeNull();
  expect([history.changedAt('a', 9), history.changedAt('a', 11)]).toEqual([0, 10]);
});

it('takes changes back and names only the accounts that differ', () => {
  const history = new AccountHistory(() => null);
  history.record('a', { slot: 1, sequence: 0, before: null, after: account(1) });
  history.record('b', { slot: 2, sequence: 1, before: null, after: account(2) });
  history.record('a', { slot: 3, sequence: 2, before: account(1), after: account(3) });
  expect(history.undoFrom(1)).toEqual([
    { address: 'a', account: account(1) },
    { address: 'b', account: null },
  ]);
  expect(history.latest('b')).toBeNull();
});

it('forgets what is long past, but not the value that still holds', () => {
  const history = new AccountHistory(() => null);
  for (let i = 0; i < 3000; i++) {
    history.record('a', { slot: i, sequence: i, before: null, after: account(i) });
  }
  expect(history.at('a', 2999 - 500)?.lamports).toBe(2499n);
  expect(history.at('a', 100)).toBeNull();
});
