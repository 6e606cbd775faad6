import { AppError, type BaseUnits, createJobId, type JobId, parseJobId, type Shares } from '@watt/shared';
import type { Pricer } from '../balance/balance.ts';
import type { JobReader, JobRecord, Waiters } from '../jobs/jobs.ts';
import type { Payments, Spender } from '../payments/payments.ts';
import type { RateLimits } from '../screening/screening.ts';
import { awaitResult, loadJob } from './await-result.ts';
import { countedAs } from './counted-as.ts';
import { idempotentJobId } from './idempotent-job-id.ts';
import { lowerCost, priceExceeded } from './max-cost.ts';
import { newJob } from './new-job.ts';
import type { ReadRequest, RequestReader } from './read-request.ts';
import { seekPayment } from './seek-payment.ts';
import type { Answer, Submission } from './submission.ts';
import { type UnpaidJob, unpaid } from './unpaid-answers.ts';

export interface IntakeOptions {
  jobs: JobReader;
  reader: RequestReader;
  pricer: Pricer;
  rateLimits: RateLimits;
  payments: Payments;
  waiters: Waiters;
  shares: Shares;
  clock: () => number;
  /** Makes job ids of Idempotency-Keys. */
  jobIdSecret: Uint8Array;
  limits: { expiryMs: number; graceMs: number; waitMs: number };
}

/** A call whose body was read. */
interface ReadCall {
  submission: Submission;
  read: ReadRequest;
  /** Null where nothing in the call names a job. */
  jobId: JobId | null;
  /** Whether the agent knows the id, and could have put it in a memo. */
  isNamed: boolean;
  maxCost: BaseUnits | null;
  spender: Spender | null;
}

/** One call of an agent, from its body to its answer. */
export class Intake {
  readonly #options: IntakeOptions;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Throws an AppError for whatever is refused; a call that was refused has moved no money. */
  async submit(submission: Submission): Promise<Answer> {
    const { isAsync, signal } = submission;
    const waitMs = isAsync ? 0 : this.#options.limits.waitMs;
    return awaitResult(this.#options, await this.pay(submission), { waitMs, signal });
  }

  /** The same until the job is paid: its id. */
  async pay(submission: Submission): Promise<JobId> {
    const { rateLimits, jobs, pricer, payments, shares, clock, limits } = this.#options;
    const call = this.#read(submission);
    const { read, maxCost, spender } = call;
    const wallet = submission.authority?.wallet ?? null;
    const terms = await pricer.terms(read.price.total, wallet);
    if (maxCost !== null && terms.price > maxCost) {
      return this.#followOr(call, priceExceeded(terms.price, maxCost));
    }
    const counted = { service: read.service, agent: countedAs(submission), url: read.url };
    try {
      await rateLimits.count(counted);
    } catch (refusal) {
      return this.#followOr(call, refusal);
    }
    const expiresAt = clock() + limits.expiryMs;
    const job = newJob(call.jobId ?? createJobId(), read, { raw: submission.raw, shares, expiresAt, terms });
    const admission = await payments.admit(job, spender);
    if (!admission.isNew) {
      await rateLimits.giveBack(counted);
      return this.#follow(await loadJob(jobs, job.id), call);
    }
    const { outcome } = admission;
    if (outcome?.funded) return job.id;
    // An id that the router made was never in a memo: there is nothing to look for but a deposit that came just now.
    if (!call.isNamed && outcome?.refusal?.reason !== 'balance') {
      throw unpaid(payments, job, { received: 0n, ...outcome, wallet });
    }
    return this.#seek(job, call);
  }

  #read(submission: Submission): ReadCall {
    const { authority, idempotencyKey, settlement } = submission;
    const read = this.#options.reader.read(submission.service, submission.body);
    const named = read.jobId ?? settlement?.jobId;
    const jobId =
      named !== undefined
        ? parseJobId(named)
        : authority && idempotencyKey !== null
          ? idempotentJobId(this.#options.jobIdSecret, authority.wallet, idempotencyKey)
          : null;
    return {
      submission,
      read,
      jobId,
      isNamed: named !== undefined,
      maxCost: lowerCost(read.maxCost, submission.maxCost),
      // A call that brings its own payment is paid by that.
      spender: authority && !settlement ? { wallet: authority.wallet, keyId: authority.keyId } : null,
    };
  }

  /** Limits hold for new jobs: asking again for a job that exists is always allowed. */
  async #followOr(call: ReadCall, refusal: unknown): Promise<JobId> {
    const known = call.jobId && (await this.#options.jobs.find(call.jobId));
    if (known) return this.#follow(known, call);
    throw refusal;
  }

  /** A call for a job that exists: the same request joins it, another one is refused. */
  async #follow(job: JobRecord, call: ReadCall): Promise<JobId> {
    const { read, isNamed, maxCost } = call;
    const isSame = job.service === read.service && job.request === JSON.stringify(read.request);
    if (!isSame) {
      throw new AppError(isNamed ? 'JOB_ID_CONFLICT' : 'IDEMPOTENCY_KEY_REUSED', {
        extra: { job_id: job.id },
      });
    }
    if (job.state !== 'awaiting_payment') return job.id;
    if (maxCost !== null && job.price > maxCost) throw priceExceeded(job.price, maxCost, job.id);
    return this.#seek(job, call);
  }

  async #seek(job: UnpaidJob, { submission, spender, isNamed }: ReadCall): Promise<JobId> {
    const { payments, waiters, clock, limits } = this.#options;
    const { signal, authority, isAsync } = submission;
    await submission.settlement?.settle(job);
    const caller = { spender, wallet: authority?.wallet ?? null, isAsync, signal };
    const graceMs = isNamed ? limits.graceMs : 0;
    await seekPayment({ payments, waiters, clock, graceMs }, job, caller);
    return job.id;
  }
}
