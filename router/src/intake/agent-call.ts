import {
  AppError,
  commitmentMemo,
  createJobId,
  isErrorCode,
  type JobId,
  memosForJob,
  parseJobId,
  type Service,
  type Shares,
  sha256Hex,
  splitPrice,
} from '@watt/shared';
import type { JobReader, JobRecord, NewJob, Waiters } from '../jobs/jobs.ts';
import {
  type FundOutcome,
  insufficientMessage,
  type Payments,
  paymentDetails,
} from '../payments/payments.ts';
import type { RateLimits } from '../screening/screening.ts';
import { acceptedBody, refundOf, resultBody, statusUrl } from './answers.ts';
import type { ReadRequest, RequestReader } from './read-request.ts';

export interface Submission {
  service: Service;
  /** The exact bytes of the HTTP body, and the same parsed. */
  raw: Uint8Array;
  body: unknown;
  /** Who calls, for the rate limits: an address, until a wallet is known. */
  agent: string;
  /** `Prefer: respond-async`. */
  isAsync: boolean;
  signal: AbortSignal;
}

export interface Answer {
  status: number;
  body: Record<string, unknown>;
  headers?: Record<string, string>;
}

export interface IntakeOptions {
  jobs: JobReader;
  reader: RequestReader;
  rateLimits: RateLimits;
  payments: Payments;
  waiters: Waiters;
  shares: Shares;
  clock: () => number;
  limits: { expiryMs: number; graceMs: number; waitMs: number };
}

const POLL_MS = 1000;
const SYNC_MS = 5000;
// How much longer a call waits when its payment has been seen and is not confirmed yet.
const CONFIRMATION_MS = 10_000;
const RETRY_AFTER_SECONDS = 2;

type UnpaidJob = Pick<NewJob, 'id' | 'price' | 'commitment' | 'requestSha256' | 'expiresAt'>;

/** One call of an agent, from its body to its answer. */
export class Intake {
  readonly #options: IntakeOptions;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Throws an AppError for whatever is refused; a call that was refused has moved no money. */
  async submit(submission: Submission): Promise<Answer> {
    const { reader, rateLimits, payments } = this.#options;
    const read = reader.read(submission.service, submission.body);
    const givenId = read.jobId === undefined ? null : parseJobId(read.jobId);
    const counted = { service: read.service, agent: submission.agent, url: read.url };
    try {
      await rateLimits.count(counted);
    } catch (refusal) {
      // A limit holds for new jobs: asking again for a job that exists is always allowed.
      const known = givenId && (await this.#options.jobs.find(givenId));
      if (known) return this.#follow(known, read, submission);
      throw refusal;
    }
    const job = this.#newJob(givenId ?? createJobId(), read, submission.raw);
    const admission = await payments.admit(job);
    if (!admission.isNew) {
      await rateLimits.giveBack(counted);
      return this.#follow(await this.#load(job.id), read, submission);
    }
    if (admission.outcome?.funded) return this.#finish(job.id, submission);
    // An id that the router made was never in a memo, so there is nothing to look for.
    if (!givenId) throw this.#unpaid(job, 0n);
    return this.#seekPayment(job, submission);
  }

  #newJob(id: JobId, read: ReadRequest, raw: Uint8Array): NewJob {
    const requestSha256 = sha256Hex(raw);
    return {
      id,
      service: read.service,
      request: JSON.stringify(read.request),
      requestSha256,
      commitment: commitmentMemo(id, requestSha256),
      price: read.price.total,
      split: splitPrice(read.price.total, this.#options.shares),
      expiresAt: this.#options.clock() + this.#options.limits.expiryMs,
    };
  }

  /** A call for a job that exists: the same request joins it, another one is refused. */
  async #follow(job: JobRecord, read: ReadRequest, submission: Submission): Promise<Answer> {
    const isSame = job.service === read.service && job.request === JSON.stringify(read.request);
    if (!isSame) throw new AppError('JOB_ID_CONFLICT', { extra: { job_id: job.id } });
    return job.state === 'awaiting_payment'
      ? this.#seekPayment(job, submission)
      : this.#finish(job.id, submission);
  }

  /** Says "not paid" only when the chain was read just now and nothing is on its way. */
  async #seekPayment(job: UnpaidJob, submission: Submission): Promise<Answer> {
    const { payments, waiters, clock, limits } = this.#options;
    const { signal } = submission;
    const memos = memosForJob(job.id, job.requestSha256);
    const begun = clock();
    for (;;) {
      const outcome = await this.#lookForPayment(job);
      if (outcome === null || outcome.funded) return this.#finish(job.id, submission);
      const isComing = payments.isPending(memos);
      const left = begun + limits.graceMs + (isComing ? CONFIRMATION_MS : 0) - clock();
      if (left > 0 && !signal.aborted) await waiters.wait(job.id, { ms: Math.min(POLL_MS, left), signal });
      else if (isComing) throw this.#pending(job, 'The payment was seen and is not confirmed yet');
      else throw this.#unpaid(job, outcome.received);
    }
  }

  /** Null when the job is not unpaid any more. */
  async #lookForPayment(job: UnpaidJob): Promise<FundOutcome | null> {
    const { payments } = this.#options;
    const isRead = await payments.sync(SYNC_MS);
    const outcome = await payments.fund(job.id);
    if (!isRead && outcome && !outcome.funded) throw this.#pending(job, 'The chain cannot be read right now');
    return outcome;
  }

  /** Waits for a paid job to end, as long as the caller and the limit allow. */
  async #finish(id: JobId, submission: Submission): Promise<Answer> {
    const { waiters, clock, limits } = this.#options;
    const { signal, isAsync } = submission;
    const until = isAsync ? 0 : clock() + limits.waitMs;
    for (;;) {
      const job = await this.#load(id);
      if (job.finishedAt !== null) return this.#answer(job);
      const left = until - clock();
      if (left <= 0 || signal.aborted) {
        const headers = { 'retry-after': `${RETRY_AFTER_SECONDS}`, location: statusUrl(id) };
        return { status: 202, body: acceptedBody(job, RETRY_AFTER_SECONDS), headers };
      }
      await waiters.wait(id, { ms: Math.min(POLL_MS, left), signal });
    }
  }

  async #answer(job: JobRecord): Promise<Answer> {
    if (job.state === 'expired') throw new AppError('JOB_EXPIRED', { extra: { job_id: job.id } });
    const body = resultBody(job, await this.#options.jobs.files(job));
    if (job.state === 'succeeded') return { status: 200, body };
    const code = String(body['code']);
    throw new AppError(isErrorCode(code) ? code : 'NODE_FAILED', {
      detail: String(body['error']),
      extra: {
        job_id: job.id,
        metadata: body['metadata'],
        watt_charged: 0,
        watt_burned: 0,
        refund: refundOf(job),
      },
    });
  }

  async #load(id: JobId): Promise<JobRecord> {
    const job = await this.#options.jobs.find(id);
    if (!job) throw new AppError('JOB_NOT_FOUND', { extra: { job_id: id } });
    return job;
  }

  #unpaid(job: UnpaidJob, received: bigint): AppError {
    const { payTo } = this.#options.payments;
    const { id: jobId, price, commitment, expiresAt } = job;
    const payment = paymentDetails(payTo, { price, jobId, commitment, received, expiresAt });
    const extra = { job_id: jobId, payment, status_url: statusUrl(jobId) };
    return received > 0n
      ? new AppError('PAYMENT_INSUFFICIENT', { detail: insufficientMessage(price, received), extra })
      : new AppError('PAYMENT_NOT_FOUND', { detail: 'Payment not found for job_id', extra });
  }

  #pending(job: UnpaidJob, detail: string): AppError {
    return new AppError('PAYMENT_PENDING', {
      detail,
      extra: { job_id: job.id, status_url: statusUrl(job.id), retry_after_seconds: RETRY_AFTER_SECONDS },
      headers: { 'retry-after': `${RETRY_AFTER_SECONDS}` },
    });
  }
}
