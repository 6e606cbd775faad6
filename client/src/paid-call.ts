import { type BaseUnits, formatWatt, type PaymentDetails } from '@watt/shared';
import { answerError } from './answer-error.ts';
import type { HttpAnswer, HttpClient } from './http-client.ts';
import type { Payer } from './payer.ts';
import { readPaymentDetails } from './payment-details.ts';
import { type PayWith, paymentOrder } from './payment-order.ts';
import type { ResumeTicket } from './resume-ticket.ts';
import type { Runtime } from './runtime.ts';
import { settlePayment } from './settle-payment.ts';
import { PaymentError } from './watt-error.ts';

/** A payment is signed anew only when the one before is proven never to land; a chain that drops so many has other troubles. */
const MAX_SIGNINGS = 3;
const ASK_AGAIN_MS = 500;

export interface PaidCallContext {
  http: HttpClient;
  payer: Payer | null;
  payWith: PayWith;
  /** The only mint to pay in, or null for the router's. */
  mint: string | null;
  /** How long the router may take to see a confirmed payment. */
  paymentLagMs: number;
  runtime: Runtime;
  /** Hears of every payment between its signing and its sending. */
  onTicket: ((ticket: ResumeTicket) => void | Promise<void>) | null;
}

export interface PaidCallOptions {
  maxCost: BaseUnits;
  /** False for a resumed call whose payment is not in the ticket: it may exist, so none is made. */
  mayPay: boolean;
  headers?: Record<string, string>;
  signal: AbortSignal;
}

/**
 * One logical call: ask, pay if the router says so, ask again with the same bytes until it has seen the payment. Asking first means that a
 * refused request costs nothing, and a job that is paid already is never paid again.
 *
 * Returns the router's answer: 200, or 202 for a job that runs. Throws WattError for all others.
 */
export async function paidCall(
  context: PaidCallContext,
  ticket: ResumeTicket,
  options: PaidCallOptions,
): Promise<HttpAnswer> {
  const { signal } = options;
  const headers = { 'x-max-cost': formatWatt(options.maxCost), ...options.headers };
  const ask = () =>
    context.http.send({
      method: 'POST',
      path: `/api/v1/${ticket.service}`,
      body: ticket.body,
      headers,
      signal,
    });

  let answer = await ask();
  if (answer.status === 402 && options.mayPay) await pay(context, ticket, answer, options);
  const lastAskAt = context.runtime.now() + context.paymentLagMs;
  while (isUnseen(answer)) {
    if (context.runtime.now() >= lastAskAt) break;
    await context.runtime.sleep(answer.retryAfterMs ?? ASK_AGAIN_MS, signal);
    answer = await ask();
  }
  if (isUnseen(answer)) throw unseen(answer, ticket);
  if (answer.status >= 300) throw answerError(answer, ticket.jobId);
  return answer;
}

function isUnseen({ status, body }: HttpAnswer): boolean {
  return status === 402 || (status === 202 && body.code === 'PAYMENT_PENDING');
}

function unseen(answer: HttpAnswer, ticket: ResumeTicket): Error {
  if (ticket.payment === null) return answerError(answer, ticket.jobId);
  return new PaymentError({
    code: String(answer.body.code ?? 'PAYMENT_NOT_FOUND'),
    message: `The chain has the payment ${ticket.payment.signature}, but the router does not see it yet`,
    status: answer.status,
    jobId: ticket.jobId,
    fix: 'Wait, then hand the error’s `ticket` to `watt.resume()`: it never pays a second time.',
    body: answer.body,
    payment: readPaymentDetails(answer.body.payment),
  });
}

async function pay(
  context: PaidCallContext,
  ticket: ResumeTicket,
  answer: HttpAnswer,
  options: PaidCallOptions,
): Promise<void> {
  const { payer, runtime } = context;
  const details = readPaymentDetails(answer.body.payment);
  if (details === null || payer === null) throw answerError(answer, ticket.jobId);
  const { signal } = options;
  for (let signings = 0; signings < MAX_SIGNINGS; ) {
    const isFresh = ticket.payment === null;
    if (ticket.payment === null) {
      const order = paymentOrder(details, ticket, { ...context, maxCost: options.maxCost });
      const payment = await payer.sign(order, signal);
      signings += 1;
      ticket.payment = payment;
      await context.onTicket?.(structuredClone(ticket));
    }
    const { payment } = ticket;
    const settlement = await settlePayment(payer, payment, { isFresh, runtime, signal });
    if (settlement === 'confirmed') return;
    if (typeof settlement === 'object') throw refused(settlement.refused, ticket, details);
    // Failed and expired both prove that these bytes moved nothing and never will.
    ticket.payment = null;
    if (settlement === 'failed' && isFresh) throw failed(payment.signature, ticket, details);
  }
  throw new PaymentError({
    code: 'PAYMENT_EXPIRED',
    message: `The chain took none of ${MAX_SIGNINGS} payments in time; none of them can land any more`,
    fix: 'Nothing was paid. Raise `priorityFeeMicroLamports`, or try again later.',
    jobId: ticket.jobId,
    payment: details,
  });
}

function refused(reason: string, ticket: ResumeTicket, payment: PaymentDetails): PaymentError {
  return new PaymentError({
    code: 'PAYMENT_REFUSED',
    message: `The chain refused the payment: ${reason}`,
    fix: 'Check that the wallet holds enough WATT, and SOL for the fee; then resume with the error’s `ticket`.',
    jobId: ticket.jobId,
    payment,
  });
}

function failed(signature: string, ticket: ResumeTicket, payment: PaymentDetails): PaymentError {
  return new PaymentError({
    code: 'PAYMENT_FAILED',
    message: `The payment ${signature} failed on the chain and moved nothing`,
    fix: 'Check that the wallet holds enough WATT; then call again with the same job id.',
    jobId: ticket.jobId,
    payment,
  });
}
