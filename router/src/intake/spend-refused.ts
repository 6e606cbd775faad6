import { AppError, formatWatt } from '@watt/shared';
import { amountFields, depositDetails } from '../balance/balance.ts';
import type { PayTo, SpendRefusal } from '../payments/payments.ts';

/** Why a balance did not pay for a job, and what to do. `extra` says how the job can be paid by its memo. */
export function spendRefused(
  refusal: SpendRefusal,
  { price, payTo, extra }: { price: bigint; payTo: PayTo; extra: Record<string, unknown> },
): AppError {
  switch (refusal.reason) {
    case 'revoked':
      return new AppError('API_KEY_REVOKED', { extra });
    case 'expired':
      return new AppError('API_KEY_EXPIRED', { extra });
    case 'budget': {
      const { per, budget, spent } = refusal;
      const left = budget > spent ? budget - spent : 0n;
      return new AppError('BUDGET_EXCEEDED', {
        detail: `The key may spend ${formatWatt(budget)} WATT per ${per}: ${formatWatt(left)} are left and the price is ${formatWatt(price)}`,
        extra: {
          ...extra,
          budget: {
            per,
            ...amountFields('budget', budget),
            ...amountFields('spent', spent),
            ...amountFields('left', left),
          },
        },
      });
    }
    case 'balance': {
      const missing = price - refusal.balance;
      return new AppError('BALANCE_INSUFFICIENT', {
        detail: `The balance is ${formatWatt(refusal.balance)} WATT and the price is ${formatWatt(price)}: ${formatWatt(missing)} WATT are missing`,
        extra: {
          ...extra,
          balance: {
            ...amountFields('available', refusal.balance),
            ...amountFields('price', price),
            ...amountFields('missing', missing),
          },
          deposit: depositDetails(payTo, { amount: missing }),
        },
      });
    }
  }
}
