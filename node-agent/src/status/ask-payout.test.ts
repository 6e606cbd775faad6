import { expect, test } from 'vitest';
import { payoutLines } from './ask-payout.ts';

const payout = {
  ...{ payable: 5, payable_base: '5000000', pending: 1.5, pending_base: '1500000' },
  ...{ paid_total: 140, paid_total_base: '140000000', last_signature: 'sig' },
  waiting_for: { code: 'below_threshold', text: 'Paid out from 1000 WATT on.' },
  next_at: null,
};

test('what is paid, what is on its way and what waits stand in lines of their own', () => {
  expect(payoutLines(payout)).toEqual([
    'paid out  140 WATT on chain · 1.5 on their way · 5 more may be paid',
    '          last signature sig',
    'waits     Paid out from 1000 WATT on.',
  ]);
  expect(payoutLines({ ...payout, last_signature: null, waiting_for: null })).toHaveLength(1);
});
