import { base, parseWatt } from '@watt/shared';
import { answerError } from './answer-error.ts';
import type { HttpClient } from './http-client.ts';
import type { Payer, PaymentOrder } from './payer.ts';
import { readPaymentDetails } from './payment-details.ts';
import { assertMint } from './payment-order.ts';
import type { SignedPayment } from './resume-ticket.ts';
import type { Runtime } from './runtime.ts';
import { settlePayment } from './settle-payment.ts';
import { PaymentError } from './watt-error.ts';

const DEPOSIT_MEMO = 'deposit';

export interface DepositContext {
  http: HttpClient;
  payer: Payer | null;
  mint: string | null;
  runtime: Runtime;
}

export interface DepositOrder {
  /** WATT, a decimal string. */
  amount: string;
  /** A deposit that was signed before and may have been sent: it is gone on with, and no other is made. */
  payment?: SignedPayment | undefined;
  /** Hears of the signed payment before it is sent: store it, and a crash does not lose it. */
  onPayment?: ((payment: SignedPayment) => void | Promise<void>) | undefined;
}

/** Adds to the wallet's balance by a transfer on chain. Returns the payment once the chain has confirmed it. */
export async function makeDeposit(
  context: DepositContext,
  order: DepositOrder,
  signal: AbortSignal,
): Promise<SignedPayment> {
  const { payer, runtime } = context;
  if (payer === null) throw new TypeError('A deposit needs `wallet` and `rpcUrl`, or a `payer`');
  const isFresh = order.payment === undefined;
  const payment =
    order.payment ?? (await payer.sign(await depositOrder(context, order.amount, signal), signal));
  if (isFresh) await order.onPayment?.(structuredClone(payment));
  const settlement = await settlePayment(payer, payment, { isFresh, runtime, signal });
  if (settlement === 'confirmed') return payment;
  const reason = typeof settlement === 'object' ? settlement.refused : settlement;
  throw new PaymentError({
    code: 'DEPOSIT_FAILED',
    message: `The deposit moved nothing: ${reason}`,
    fix: 'Check that the wallet holds enough WATT, and SOL for the fee; then deposit again.',
  });
}

async function depositOrder(
  { http, mint }: DepositContext,
  amount: string,
  signal: AbortSignal,
): Promise<PaymentOrder> {
  const units = parseWatt(amount);
  if (units === null || units === 0n) {
    throw new TypeError(`A deposit is WATT as a decimal string such as "500", not ${JSON.stringify(amount)}`);
  }
  const body = JSON.stringify({ amount });
  const answer = await http.send({ method: 'POST', path: '/api/v1/deposits', body, signal });
  const details = readPaymentDetails({ amount_base: `${units}`, ...(answer.body['deposit'] as object) });
  if (answer.status !== 200 || details === null) throw answerError(answer);
  assertMint(details, mint, null);
  return {
    amountBase: base(units),
    payTo: details.pay_to,
    tokenAccount: details.token_account,
    mint: details.mint,
    tokenProgram: details.token_program,
    decimals: details.decimals,
    memo: DEPOSIT_MEMO,
    network: details.network,
  };
}
