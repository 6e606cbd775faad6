import { AppError, type ErrorCode, type Service } from '@watt/shared';
import type { Logger } from 'pino';
import type { SqlClient } from '../db/connect.ts';
import type { UnpaidJob } from '../intake/intake.ts';
import { type PayTo, paymentDetails } from '../payments/payments.ts';
import type { Facilitator } from './facilitator.ts';
import type { PaymentPayload } from './payment-header.ts';
import { type Registration, registerSettlement, type SettlementLimits } from './register-settlement.ts';
import { findMismatch, type OfferTerms, requirementsFor } from './requirements.ts';
import { findSettlement } from './settlement-store.ts';

export interface SettlerParts {
  sql: SqlClient;
  facilitator: Facilitator;
  terms: OfferTerms;
  payTo: PayTo;
  limits: SettlementLimits;
  /** Why x402 is not offered right now; null when it is. */
  fault: () => string | null;
  /** Counts a payment that the chain is asked about; throws RATE_LIMITED. */
  countCheck(agent: string): Promise<void>;
  logger: Logger;
}

export interface PaymentForJob {
  job: UnpaidJob;
  payment: PaymentPayload;
  service: Service;
  /** The exact bytes of the body that came with the payment. */
  raw: Uint8Array;
  /** Whom the payment is counted for. */
  agent: string;
}

const RETRY_AFTER_SECONDS = 5;
// How much later than our RPC believes a payment may still land: another of its nodes may be ahead.
const HEIGHT_MARGIN = 32n;

/**
 * Verifies a payment, stores it with our signature, commits, and only then sends it. Resolves when it was sent, or when another payment of
 * the job is on its way. Throws when it is refused; then nothing has moved.
 */
export async function settlePayment(parts: SettlerParts, paid: PaymentForJob): Promise<void> {
  const { facilitator, sql, logger } = parts;
  const { job, payment } = paid;
  if (await isUnderWay(parts, job)) return;
  const refuse = refusalOf(parts.payTo, job);
  const fault = parts.fault();
  if (fault !== null) throw refuse('X402_UNAVAILABLE', `x402 is not available: ${fault}`);
  const ours = requirementsFor(parts.terms, { ...paid, jobId: job.id, price: job.price });
  const mismatch = findMismatch(payment.accepted, ours);
  if (mismatch) throw refuse('X402_REFUSED', `accepted.${mismatch} is not what was offered for this request`);
  // From here on it costs calls to the chain, and a payment that is refused costs its sender nothing.
  await parts.countCheck(paid.agent);
  const silent = (cause: unknown) => {
    throw refuse('X402_UNAVAILABLE', 'The chain does not answer', cause);
  };
  const verdict = await facilitator.verify(payment, ours).catch(silent);
  if (!verdict.isValid) {
    // The same payment may have landed for another call meanwhile: then it cannot be simulated again.
    if (await isUnderWay(parts, job)) return;
    throw refuse('X402_REFUSED', `The payment was refused: ${verdict.reason}`);
  }
  // It would land and bring nothing.
  if (verdict.payer === parts.terms.payTo) throw refuse('X402_REFUSED', 'The payer is who is to be paid');
  const lastValidHeight = HEIGHT_MARGIN + (await facilitator.lastValidHeight().catch(silent));
  const signed = facilitator.sign(payment);
  const settlement = { ...signed, jobId: job.id, payer: verdict.payer, amount: job.price, lastValidHeight };
  const registration = await registerSettlement(sql, settlement, parts.limits);
  const refusal = refusalFor(registration, refuse);
  if (refusal) throw refusal;
  if (registration.outcome !== 'stored') return;
  logger.info(
    { signature: signed.signature, jobId: job.id, payer: verdict.payer },
    'an x402 payment is sent',
  );
  await facilitator.send(signed.raw).catch((error: unknown) => {
    logger.warn({ err: error, signature: signed.signature }, 'a payment could not be sent; it is sent again');
  });
}

async function isUnderWay({ sql }: SettlerParts, { id }: UnpaidJob): Promise<boolean> {
  const settlement = await findSettlement(sql, id);
  return settlement?.state === 'signed' || settlement?.state === 'settled';
}

type Refuse = (code: ErrorCode, detail: string, cause?: unknown) => AppError;

/** A refusal carries what a payer needs to try again, over x402 or by memo. */
function refusalOf(payTo: PayTo, job: UnpaidJob): Refuse {
  const { id: jobId, price, commitment, expiresAt } = job;
  const payment = paymentDetails(payTo, { price, memo: commitment, commitment, expiresAt });
  return (code, detail, cause) =>
    new AppError(code, {
      detail,
      cause,
      extra: { job_id: jobId, payment },
      ...(code !== 'X402_REFUSED' && { headers: { 'retry-after': `${RETRY_AFTER_SECONDS}` } }),
    });
}

function refusalFor(registration: Registration, refuse: Refuse): AppError | null {
  switch (registration.outcome) {
    case 'busy':
      return refuse('X402_BUSY', `Nothing was charged: ${registration.reason}`);
    case 'used':
      return refuse('X402_REFUSED', 'This very payment was tried before and had no effect');
    default:
      // Stored now or before; or paid meanwhile, which intake finds out by itself.
      return null;
  }
}
