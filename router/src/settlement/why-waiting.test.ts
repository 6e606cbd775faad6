import { describe, expect, it, test } from 'vitest';
import { expectedTerms, leastWorth, offeredUnitPrice, type PayoutRules } from './payout-rules.ts';
import { nextPayoutAt, type PayoutFacts, whyWaiting } from './why-waiting.ts';

const HOUR = 3_600_000;
const NOW = 1_000 * HOUR;
const rules: PayoutRules = {
  threshold: 1000n,
  min: 10n,
  intervalMs: 24 * HOUR,
  feeMaxBps: 500,
  lamportsPerWatt: 10_000,
  unitPriceMax: 50_000n,
};
const wait = (code: 'payouts_frozen' | 'fee_too_high' | 'no_token_account') =>
  ({ code, detail: 'so' }) as const;
const facts: PayoutFacts = {
  wallet: 'w',
  balance: 500n,
  payable: 500n,
  sinceMs: NOW - HOUR,
  open: null,
  ownWait: null,
  queueWait: null,
  canPay: true,
};

test.each<[string, Partial<PayoutFacts>, string | null]>([
  ['owed nothing', { balance: 0n, payable: 0n }, null],
  ['below the threshold', {}, 'below_threshold'],
  ['at the threshold', { balance: 1000n, payable: 1000n }, null],
  ['below it for a day', { sinceMs: NOW - 24 * HOUR }, null],
  ['less than the least for a day', { balance: 9n, payable: 9n, sinceMs: 0 }, 'below_threshold'],
  ['enough, not all of it final', { balance: 1000n, payable: 999n }, 'payments_not_final'],
  ['no wallet', { wallet: null, balance: 1000n }, 'no_wallet'],
  ['no key here', { canPay: false }, 'no_key'],
  ['a wallet that cannot receive', { ownWait: wait('no_token_account') }, 'no_token_account'],
  ['a freeze', { balance: 5000n, payable: 5000n, queueWait: wait('payouts_frozen') }, 'payouts_frozen'],
  [
    'a queue that waits for others',
    { balance: 5000n, payable: 5000n, queueWait: wait('fee_too_high') },
    null,
  ],
  ['queued', { open: { state: 'queued', reason: null } }, 'payout_pending'],
  [
    'queued in such a queue',
    { open: { state: 'queued', reason: null }, queueWait: wait('fee_too_high') },
    'fee_too_high',
  ],
  ['sent', { open: { state: 'batched', reason: null } }, 'payout_pending'],
  ['held', { open: { state: 'held', reason: 'token_account_frozen: The: account' } }, 'token_account_frozen'],
])('a node with %s', (_, change, code) => {
  expect(whyWaiting({ ...facts, ...change }, rules, NOW)?.code ?? null).toBe(code);
});

describe('nextPayoutAt', () => {
  it.each<[string, Partial<PayoutFacts>, number | null]>([
    ['a day after the last one', {}, NOW + 23 * HOUR],
    ['now, when the day is over', { sinceMs: 0 }, NOW],
    ['now, from the threshold on', { payable: 1000n }, NOW],
    ['unknown below the least', { payable: 9n }, null],
    ['unknown while one is under way', { open: { state: 'batched', reason: null } }, null],
  ])('%s', (_, change, at) => {
    expect(nextPayoutAt({ ...facts, ...change }, rules, NOW)).toBe(at);
  });
});

describe('fees', () => {
  it('are worth paying up to their share of the value, that included', () => {
    // 10 WATT at 10 000 lamports are 100 000, of which 5 % are 5000.
    expect(leastWorth(5000n, rules)).toBe(10_000_000n);
    expect(leastWorth(5001n, rules)).toBe(10_002_000n);
    expect(leastWorth(1n, { ...rules, feeMaxBps: 3000, lamportsPerWatt: 3 })).toBe(1_333_334n);
  });

  it('offer what others do, up to the cap', () => {
    expect(offeredUnitPrice(7n, rules)).toBe(7n);
    expect(offeredUnitPrice(1_000_000n, rules)).toBe(50_000n);
    expect(expectedTerms(12, 7n).unitLimit).toBeGreaterThan(expectedTerms(1, 7n).unitLimit);
  });
});
