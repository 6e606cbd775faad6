import type { IncomingHttpHeaders } from 'node:http';
import { AppError, parseJobId } from '@watt/shared';
import type { Settlement } from '../intake/intake.ts';
import { GOODS, type SoldPath } from './goods.ts';
import { encodeHeader, PAYMENT_REQUIRED, PAYMENT_RESPONSE, readPayment } from './payment-header.ts';
import { paymentRequired, spendControls } from './payment-required.ts';
import { paymentResponse } from './payment-response.ts';
import { type SettlerParts, settlePayment } from './settle-payment.ts';
import { findSettlement } from './settlement-store.ts';

export interface PaidCallParts extends SettlerParts {
  /** The origin by which agents reach this router. */
  publicUrl: () => string;
}

export interface PaidCallRequest {
  /** Where it was called. */
  path: SoldPath;
  /** The exact bytes of the body. */
  raw: Uint8Array;
  /** Whom its payments are counted for. */
  agent: string;
  headers: IncomingHttpHeaders;
}

/** One call of an agent as x402 sees it. */
export interface PaidCall {
  /** For intake; undefined when the call brings no payment. */
  readonly settlement: Settlement | undefined;
  /** Headers that tell the payer how the payment of this job stands; none when the call brought no payment. */
  receipt(jobId: unknown): Promise<Record<string, string>>;
  /** The same failure with what x402 has to say: how to pay on a 402, and how the payment stands. */
  explain(error: unknown): Promise<unknown>;
}

/** Throws X402_MALFORMED. */
export function openPaidCall(parts: PaidCallParts, request: PaidCallRequest): PaidCall {
  const { terms, sql } = parts;
  const { path, raw, agent } = request;
  const payment = readPayment(request.headers);

  const receipt = async (jobId: unknown): Promise<Record<string, string>> => {
    const id = payment && typeof jobId === 'string' ? parseJobId(jobId) : null;
    const settlement = id && (await findSettlement(sql, id));
    return settlement ? { [PAYMENT_RESPONSE]: encodeHeader(paymentResponse(settlement, terms.network)) } : {};
  };

  return {
    settlement: payment && {
      jobId: payment.jobId,
      settle: (job) => settlePayment(parts, { job, payment, service: GOODS[path].service, raw, agent }),
    },
    receipt,
    async explain(error) {
      if (!(error instanceof AppError)) return error;
      const { headers = {}, extra = {} } = parts.fault() === null ? offerOn(error, parts, request) : {};
      const told = await receipt(error.extra['job_id']);
      return new AppError(error.code, {
        detail: error.message,
        cause: error.cause,
        extra: { ...error.extra, ...extra },
        headers: { ...error.headers, ...headers, ...told },
      });
    },
  };
}

/** What a 402 says of this way to pay, where a job waits for the whole of its price. */
function offerOn(
  error: AppError,
  { terms, publicUrl }: PaidCallParts,
  { path, raw }: PaidCallRequest,
): { headers?: Record<string, string>; extra?: Record<string, unknown> } {
  const { job_id: jobId, payment } = error.extra;
  const price = (payment as { amount_base?: unknown } | undefined)?.amount_base;
  const isWhole = typeof price === 'string' && error.code !== 'PAYMENT_INSUFFICIENT';
  if (error.entry.status !== 402 || typeof jobId !== 'string' || !isWhole) return {};
  const { service, description } = GOODS[path];
  const required = paymentRequired(
    terms,
    { url: `${publicUrl()}${path}`, description },
    { error: error.message, request: { jobId, service, raw, price: BigInt(price) } },
  );
  return {
    headers: { [PAYMENT_REQUIRED]: encodeHeader(required) },
    extra: { x402: { version: 2, network: terms.network, spend_controls: spendControls(terms, price) } },
  };
}
