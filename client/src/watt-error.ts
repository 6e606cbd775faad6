import { type PaymentDetails, parseJobId } from '@watt/shared';
import type { AnswerBody } from './answer-body.ts';
import type { ResumeTicket } from './resume-ticket.ts';

export interface WattErrorFacts {
  /** A code of the router's catalogue (docs/ERRORS.md), or one of the SDK's own. */
  code: string;
  message: string;
  /** HTTP status; null when there was no answer. */
  status?: number | null | undefined;
  jobId?: string | null | undefined;
  /** One sentence of what to do. */
  fix?: string | undefined;
  /** The router's answer. */
  body?: AnswerBody | undefined;
  cause?: unknown;
}

/** What every failure of the SDK is. Branch on `code`, or on the class. */
export class WattError extends Error {
  override name = 'WattError';
  readonly code: string;
  readonly status: number | null;
  readonly #jobId: string | null;
  readonly fix: string;
  readonly body: AnswerBody | null;
  /** For a paid call: hand it to `watt.resume()`. It holds the payment, if one was signed. */
  ticket: ResumeTicket | null = null;

  constructor(facts: WattErrorFacts) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = facts.code;
    this.status = facts.status ?? null;
    this.#jobId = facts.jobId ?? null;
    this.fix = facts.fix ?? 'See `code` in docs/ERRORS.md.';
    this.body = facts.body ?? null;
  }

  get jobId(): string | null {
    return this.#jobId ?? this.ticket?.jobId ?? null;
  }

  /** The signature of the payment that this call made, if it made one. */
  get paymentSignature(): string | null {
    return this.ticket?.payment?.signature ?? null;
  }
}

/** The request was refused: 4xx but 402 and 429. */
export class RequestError extends WattError {
  override name = 'RequestError';
}

/** 429, after the retries or with a wait that is too long for them. */
export class RateLimitError extends WattError {
  override name = 'RateLimitError';
  readonly retryAfterMs: number | null;

  constructor(facts: WattErrorFacts & { retryAfterMs: number | null }) {
    super(facts);
    this.retryAfterMs = facts.retryAfterMs;
  }
}

/** Something about the payment. Nothing is paid twice: `ticket` resumes with the payment that was made. */
export class PaymentError extends WattError {
  override name = 'PaymentError';
  /** How to pay, where the router said it. */
  readonly payment: PaymentDetails | null;

  constructor(facts: WattErrorFacts & { payment?: PaymentDetails | null }) {
    super(facts);
    this.payment = facts.payment ?? null;
  }
}

/** The price is above `maxCost`; nothing was paid. Amounts are WATT in decimal strings. */
export class PriceExceededError extends PaymentError {
  override name = 'PriceExceededError';
  readonly price: string;
  readonly maxCost: string;

  constructor(facts: {
    price: string;
    maxCost: string;
    jobId: string | null;
    payment: PaymentDetails | null;
  }) {
    super({
      ...facts,
      code: 'PRICE_EXCEEDED',
      message: `The price is ${facts.price} WATT and maxCost is ${facts.maxCost}`,
      fix: 'Raise `maxCost`, or ask for less.',
    });
    this.price = facts.price;
    this.maxCost = facts.maxCost;
  }
}

/** The job ended without a result; its price went back to the payer's balance. */
export class JobFailedError extends WattError {
  override name = 'JobFailedError';
}

/** The wait is over, the job is not: `ticket` or the job id find it again. */
export class JobTimeoutError extends WattError {
  override name = 'JobTimeoutError';
}

/** No usable answer from the router, after the retries. */
export class ConnectionError extends WattError {
  override name = 'ConnectionError';
}

/** The caller's signal was aborted; its reason is the cause. */
export class CallAbortedError extends WattError {
  override name = 'AbortError';
}

/** Keeps the SDK's own errors and wraps what an aborted signal or a stranger throws. */
export function toWattError(error: unknown, signal?: AbortSignal): WattError {
  if (error instanceof WattError) return error;
  const cause = { cause: error };
  if (signal?.aborted) {
    return new CallAbortedError({ code: 'ABORTED', message: 'The call was aborted', fix: RESUME, ...cause });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new WattError({ code: 'CLIENT_FAULT', message, fix: RESUME, ...cause });
}

const RESUME = 'Hand the error’s `ticket` to `watt.resume()` to go on without paying again.';

/** The job id in a router's answer, if it has one. */
export function jobIdIn(body: AnswerBody): string | null {
  return typeof body.job_id === 'string' ? parseJobId(body.job_id) : null;
}
