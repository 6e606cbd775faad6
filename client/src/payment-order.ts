import {
  type BaseUnits,
  base,
  commitmentMemo,
  formatWatt,
  type PaymentDetails,
  sha256Hex,
} from '@watt/shared';
import type { PaymentOrder } from './payer.ts';
import type { ResumeTicket } from './resume-ticket.ts';
import { PaymentError, PriceExceededError } from './watt-error.ts';

/** `commitment` hides the job id and binds the body; `memo` is the plain job id of the specification. */
export type PayWith = 'commitment' | 'memo';

/** Turns what a 402 asks for into an order, or throws: PriceExceededError above `maxCost`, PaymentError for another mint than the pinned one. */
export function paymentOrder(
  details: PaymentDetails,
  ticket: ResumeTicket,
  rules: { payWith: PayWith; maxCost: BaseUnits; mint: string | null },
): PaymentOrder {
  const price = base(BigInt(details.amount_base));
  const amountBase = base(BigInt(details.missing_base ?? details.amount_base));
  // A router that asks for more than the price is asked no further either.
  const cost = [price, amountBase].find((amount) => amount > rules.maxCost);
  if (cost !== undefined) {
    throw new PriceExceededError({
      price: formatWatt(cost),
      maxCost: formatWatt(rules.maxCost),
      jobId: ticket.jobId,
      payment: details,
    });
  }
  assertMint(details, rules.mint, ticket.jobId);
  // A session's id opens it, and is never shown on chain.
  const isPlain = rules.payWith === 'memo' && ticket.service !== 'sessions';
  return {
    amountBase,
    payTo: details.pay_to,
    tokenAccount: details.token_account,
    mint: details.mint,
    tokenProgram: details.token_program,
    decimals: details.decimals,
    memo: isPlain ? ticket.jobId : commitmentMemo(ticket.jobId, sha256Hex(ticket.body)),
    network: details.network,
  };
}

/** Throws PaymentError when the router asks for another token than the pinned one. */
export function assertMint(payment: PaymentDetails, mint: string | null, jobId: string | null): void {
  if (mint === null || payment.mint === mint) return;
  throw new PaymentError({
    code: 'WRONG_MINT',
    message: `The router asks for tokens of ${payment.mint}, not of ${mint}`,
    fix: 'Check the base URL; nothing was paid.',
    jobId,
    payment,
  });
}
