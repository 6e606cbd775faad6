import { expect, it, test } from 'vitest';
import type { KeyBudget } from '../access/access.ts';
import type { AccountId } from '../ledger/ledger.ts';
import { type Means, planHolds, type Spender } from './plan-holds.ts';

const account = (id: bigint, balance: bigint) => ({ account: id as AccountId, balance });
const KEY: KeyBudget = { state: 'usable', perJob: null, perDay: null, spent: 0n };
const spender: Spender = { wallet: 'spender', keyId: 'key' };

const offer = (id: string, more: { payers?: string[]; spender?: Spender | null } = {}) => ({
  job: {
    id,
    price: 100n,
    commitment: `w1:${id}`,
    spender: more.spender === undefined ? spender : more.spender,
  },
  covering: (more.payers ?? []).map((payer) => ({ payer, total: 100n, signatures: [`for ${id}`] })),
});
const means = (balance: bigint, key: Partial<KeyBudget> = {}): Means => ({
  balances: new Map([
    ['spender', account(1n, balance)],
    ['payer', account(2n, 100n)],
  ]),
  budgets: new Map([['key', { ...KEY, ...key }]]),
});
const paidBy = (plan: ReturnType<typeof planHolds>) => plan.holds.map((hold) => [hold.jobId, hold.wallet]);

it('uses payments that name the job before anybody’s balance', () => {
  const plan = planHolds([offer('a', { payers: ['payer'] })], means(100n));
  expect(plan.holds).toMatchObject([{ wallet: 'payer', account: 2n, signatures: ['for a'], spender: null }]);
});

it('turns to the spender when the payer has spent the payment elsewhere', () => {
  const offers = [offer('a', { payers: ['payer'] }), offer('b', { payers: ['payer'] })];
  const plan = planHolds(offers, means(100n));
  expect(paidBy(plan)).toEqual([
    ['a', 'payer'],
    ['b', 'spender'],
  ]);
  expect(plan.holds[1]?.signatures).toEqual([]);
});

it('turns to the next payer when the first has spent the payment elsewhere', () => {
  const plan = planHolds([offer('a', { payers: ['drained', 'payer'] })], means(100n));
  expect(plan.holds).toMatchObject([{ wallet: 'payer', signatures: ['for a'], spender: null }]);
});

it('leaves a job without spender and payment unpaid, and says nothing of it', () => {
  expect(planHolds([offer('a', { spender: null })], means(100n))).toEqual({
    holds: [],
    refusals: new Map(),
  });
});

it('spends a balance down to the last unit, and tells what was left', () => {
  const plan = planHolds(
    ['a', 'b', 'c'].map((id) => offer(id)),
    means(250n),
  );
  expect(paidBy(plan).map(([id]) => id)).toEqual(['a', 'b']);
  expect(plan.refusals).toEqual(new Map([['c', { reason: 'balance', balance: 50n }]]));
});

it('counts a day’s budget only for what it pays', () => {
  const offers = [offer('a', { payers: ['payer'] }), offer('b'), offer('c'), offer('d')];
  const plan = planHolds(offers, means(1000n, { perDay: 250n, spent: 50n }));
  expect(paidBy(plan).map(([id]) => id)).toEqual(['a', 'b', 'c']);
  expect(plan.refusals.get('d')).toEqual({ reason: 'budget', per: 'day', budget: 250n, spent: 250n });
});

it('keeps the budget of a job that the balance did not cover for the next', () => {
  const plan = planHolds([offer('a'), offer('b')], means(50n, { perDay: 100n }));
  expect([...plan.refusals.values()].map((refusal) => refusal.reason)).toEqual(['balance', 'balance']);
});

test.each<[Partial<KeyBudget>, object]>([
  [{ perJob: 99n }, { reason: 'budget', per: 'job', budget: 99n }],
  [
    { perDay: 100n, spent: 1n },
    { reason: 'budget', per: 'day' },
  ],
  [{ state: 'revoked' }, { reason: 'revoked' }],
  [{ state: 'expired' }, { reason: 'expired' }],
])('refuses a key that is %o', (key, refusal) => {
  const plan = planHolds([offer('a')], means(1000n, key));
  expect(plan.holds).toEqual([]);
  expect(plan.refusals.get('a')).toMatchObject(refusal);
});

it('takes a key that is not there for a revoked one', () => {
  const plan = planHolds([offer('a')], { ...means(1000n), budgets: new Map() });
  expect(plan.refusals.get('a')).toEqual({ reason: 'revoked' });
});

it('changes nothing of what it was given', () => {
  const given = means(100n, { perDay: 100n });
  planHolds([offer('a')], given);
  expect(given).toEqual(means(100n, { perDay: 100n }));
});
