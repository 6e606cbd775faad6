import { expect, it } from 'vitest';
import { toUiTokenAmount } from './token-account.ts';

it.each([
  [0n, 6, '0'],
  [1n, 6, '0.000001'],
  [1_500_000n, 6, '1.5'],
  [300_000_000n, 6, '300'],
  [7n, 0, '7'],
  [18446744073709551615n, 9, '18446744073.709551615'],
])('writes %d base units with %d decimals as %s', (amount, decimals, uiAmountString) => {
  expect(toUiTokenAmount(amount, decimals)).toEqual({
    amount: amount.toString(),
    decimals,
    uiAmount: Number(uiAmountString),
    uiAmountString,
  });
});
