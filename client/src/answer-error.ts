import { ERRORS, formatWatt, isErrorCode } from '@watt/shared';
import type { HttpAnswer } from './http-client.ts';
import { readPaymentDetails } from './payment-details.ts';
import {
  JobFailedError,
  jobIdIn,
  PaymentError,
  PriceExceededError,
  RateLimitError,
  RequestError,
  WattError,
  type WattErrorFacts,
} from './watt-error.ts';

/** The error that an answer of the router stands for. */
export function answerError(answer: HttpAnswer, jobId: string | null = null): WattError {
  const facts = factsOf(answer, jobId);
  if (facts.code === 'PRICE_EXCEEDED') return priceExceeded(answer, facts);
  if (answer.status === 429) return new RateLimitError({ ...facts, retryAfterMs: answer.retryAfterMs });
  if (answer.status === 402) {
    return new PaymentError({ ...facts, payment: readPaymentDetails(answer.body.payment) });
  }
  if (answer.status >= 400 && answer.status < 500) return new RequestError(facts);
  return isJobOutcome(facts.code) ? new JobFailedError(facts) : new WattError(facts);
}

function priceExceeded({ body }: HttpAnswer, facts: WattErrorFacts): WattError {
  const units = [body['price_base'], body['max_cost_base']].map((text) => BigInt(String(text)));
  const [price = 0n, maxCost = 0n] = units;
  return new PriceExceededError({
    price: formatWatt(price),
    maxCost: formatWatt(maxCost),
    jobId: facts.jobId ?? null,
    payment: null,
  });
}

function isJobOutcome(code: string): boolean {
  return ['SCRAPE_FAILED', 'NODE_FAILED', 'NO_NODE_AVAILABLE', 'JOB_EXPIRED'].includes(code);
}

function factsOf({ status, body }: HttpAnswer, jobId: string | null): WattErrorFacts {
  const code = typeof body.code === 'string' ? body.code : 'UNEXPECTED_ANSWER';
  const known = isErrorCode(code) ? ERRORS[code] : null;
  const error = typeof body.error === 'string' ? body.error : null;
  const fix = typeof body.fix === 'string' ? body.fix : known?.fix;
  return {
    code,
    message: error ?? known?.title ?? `The router answered ${status} without a code`,
    status,
    jobId: jobIdIn(body) ?? jobId,
    fix: fix ?? 'Check that the base URL is a WATT router.',
    body,
  };
}
