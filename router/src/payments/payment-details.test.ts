import { expect, it } from 'vitest';
import { insufficientMessage, paymentDetails } from './payment-details.ts';

const payTo = {
  computeWallet: 'wallet',
  tokenAccount: 'account',
  mint: 'mint',
  tokenProgram: 'program',
  network: 'genesis',
};

it('has everything to pay with, exact in base units, and no more than it knows', () => {
  expect(paymentDetails(payTo, { price: 200_000_001n, memo: null })).toEqual({
    amount: 200.000001,
    amount_base: '200000001',
    pay_to: 'wallet',
    token_account: 'account',
    mint: 'mint',
    token_program: 'program',
    decimals: 6,
    memo: null,
    network: 'genesis',
  });
});

it('says what came and what is missing, and until when', () => {
  const details = paymentDetails(payTo, {
    price: 500n,
    memo: 'job',
    commitment: 'w1:x',
    received: 499n,
    expiresAt: 0.9e12,
  });
  expect(details).toMatchObject({
    memo: 'job',
    commitment_memo: 'w1:x',
    received_base: '499',
    missing_base: '1',
    expires_at: '1998-07-09T16:00:00.000Z',
  });
});

it('says it in words as well', () => {
  expect(insufficientMessage(500_000_000n, 499_999_999n)).toBe(
    'The payments for this job come to 499.999999 WATT of 500: 0.000001 WATT are missing',
  );
});
