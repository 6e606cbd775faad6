import { AppError, type JobId, parseJobId, parseJson } from '@watt/shared';

/** What one payment must fulfil; x402 version 2, scheme `exact` on Solana. */
export interface Requirements {
  scheme: string;
  network: `${string}:${string}`;
  /** The mint. */
  asset: string;
  /** Base units. */
  amount: string;
  /** The wallet that is paid; its associated token account receives. */
  payTo: string;
  maxTimeoutSeconds: number;
  extra: Record<string, unknown>;
}

/** What `PAYMENT-SIGNATURE` carries. */
export interface PaymentPayload {
  x402Version: 2;
  /** The requirements as the payer read them. */
  accepted: Requirements;
  /** The payer's transaction in base64, signed by all but us. */
  payload: { transaction: string };
  /** The job that `accepted` names. */
  jobId: JobId;
}

export const PAYMENT_REQUIRED = 'payment-required';
export const PAYMENT_RESPONSE = 'payment-response';

// A transaction has at most 1232 bytes; the requirements beside it less than 1 KiB.
const MAX_HEADER = 8192;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const MAX_BASE64_TRANSACTION = 1644;

/** Reads the header `PAYMENT-SIGNATURE`; undefined where there is none. Throws X402_MALFORMED, which says what is wrong. */
export function readPayment(
  headers: Record<string, string | string[] | undefined>,
): PaymentPayload | undefined {
  const header = headers['payment-signature'];
  if (header === undefined) {
    if (headers['x-payment'] !== undefined) {
      throw malformed('X-PAYMENT is x402 version 1; version 2 sends PAYMENT-SIGNATURE');
    }
    return undefined;
  }
  if (typeof header !== 'string' || !BASE64.test(header)) throw malformed('PAYMENT-SIGNATURE is not base64');
  if (header.length > MAX_HEADER)
    throw malformed(`PAYMENT-SIGNATURE is longer than ${MAX_HEADER} characters`);
  const payment = parseJson(Buffer.from(header, 'base64').toString('utf8'));
  if (!isObject(payment)) throw malformed('PAYMENT-SIGNATURE is not a JSON object in base64');
  const { x402Version, accepted, payload } = payment;
  if (x402Version !== 2) throw malformed('PAYMENT-SIGNATURE must have x402Version 2');
  if (!isObject(accepted) || !isObject(accepted['extra'])) {
    throw malformed('PAYMENT-SIGNATURE must have `accepted` as PAYMENT-REQUIRED offered it');
  }
  const named = accepted['extra']['jobId'];
  const jobId = typeof named === 'string' ? parseJobId(named) : null;
  if (!jobId) throw malformed('accepted.extra.jobId is not a job id');
  const transaction = isObject(payload) ? payload['transaction'] : undefined;
  if (
    typeof transaction !== 'string' ||
    !BASE64.test(transaction) ||
    transaction.length > MAX_BASE64_TRANSACTION
  ) {
    throw malformed('payload.transaction is not a Solana transaction in base64');
  }
  return { x402Version, accepted: accepted as unknown as Requirements, payload: { transaction }, jobId };
}

/** As every x402 header is written: JSON in base64. */
export function encodeHeader(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64');
}

function malformed(detail: string): AppError {
  return new AppError('X402_MALFORMED', { detail });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
