import type { Payer, PaymentOrder } from '@watt/client';

const CONFIRM_LIMIT_MS = 60_000;
const POLL_MS = 20;

/** Pays with the SDK's payer, and resolves when the chain says that the payment is confirmed, with its signature. */
export async function sendPayment(payer: Payer, order: PaymentOrder, signal: AbortSignal): Promise<string> {
  const payment = await payer.sign(order, signal);
  await payer.send(payment, signal);
  const until = performance.now() + CONFIRM_LIMIT_MS;
  while (performance.now() < until) {
    if ((await payer.status(payment, signal)) === 'confirmed') return payment.signature;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`The payment ${payment.signature} was not confirmed within ${CONFIRM_LIMIT_MS / 1000} s`);
}
