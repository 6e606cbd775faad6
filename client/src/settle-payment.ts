import type { Payer, PaymentStatus } from './payer.ts';
import type { SignedPayment } from './resume-ticket.ts';
import type { Runtime } from './runtime.ts';

const POLL_MS = 400;
const RESEND_MS = 2_000;

export type Settlement = 'confirmed' | 'failed' | 'expired' | { refused: string };

/**
 * Sends one signed payment, the same bytes again and again, until the chain has it, has refused it or can no longer take it. Failing
 * calls to the chain prove nothing and are waited out; the signal is the limit.
 */
export async function settlePayment(
  payer: Payer,
  payment: SignedPayment,
  options: { isFresh: boolean; runtime: Runtime; signal: AbortSignal },
): Promise<Settlement> {
  const { runtime, signal } = options;
  // A payment that may have been sent before is asked about first: most often it is there.
  let nextSendAt = options.isFresh ? runtime.now() : runtime.now() + POLL_MS;
  let mayBeUnsent = options.isFresh;
  for (;;) {
    signal.throwIfAborted();
    let refused: string | null = null;
    if (runtime.now() >= nextSendAt) {
      refused = await trySend(payer, payment, signal);
      nextSendAt = runtime.now() + RESEND_MS;
    }
    const status = await tryStatus(payer, payment, signal);
    if (status !== 'pending') return status;
    // Only a refusal of the very first sending says that no copy is under way.
    if (refused !== null && mayBeUnsent) return { refused };
    mayBeUnsent = false;
    await runtime.sleep(POLL_MS, signal);
  }
}

async function trySend(payer: Payer, payment: SignedPayment, signal: AbortSignal): Promise<string | null> {
  try {
    return (await payer.send(payment, signal)).refused;
  } catch {
    // Sent or not, nobody knows: the status decides, and the same bytes go out again.
    signal.throwIfAborted();
    return null;
  }
}

async function tryStatus(payer: Payer, payment: SignedPayment, signal: AbortSignal): Promise<PaymentStatus> {
  try {
    return await payer.status(payment, signal);
  } catch {
    // An endpoint that does not answer has not said no.
    signal.throwIfAborted();
    return 'pending';
  }
}
