import type { PaymentDetails } from '@watt/shared';

const AMOUNT = /^[0-9]{1,19}$/;
const TEXTS = ['pay_to', 'token_account', 'mint', 'token_program', 'network'] as const;

/** Takes payment details from a router's answer; null when a member that moves money is missing or malformed. */
export function readPaymentDetails(value: unknown): PaymentDetails | null {
  if (typeof value !== 'object' || value === null) return null;
  const details = value as { [name in keyof PaymentDetails]?: unknown };
  const isComplete =
    TEXTS.every((name) => typeof details[name] === 'string') &&
    isAmount(details.amount_base) &&
    (details.missing_base === undefined || isAmount(details.missing_base)) &&
    Number.isInteger(details.decimals);
  return isComplete ? (value as PaymentDetails) : null;
}

function isAmount(value: unknown): boolean {
  return typeof value === 'string' && AMOUNT.test(value);
}
