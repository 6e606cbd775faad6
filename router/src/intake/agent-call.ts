import { AppError, createJobId, parseJobId, type Shares } from '@watt/shared';
import type { JobReader, JobRecord, Waiters } from '../jobs/jobs.ts';
import type { Payments } from '../payments/payments.ts';
import type { RateLimits } from '../screening/screening.ts';
import { awaitResult, loadJob } from './await-result.ts';
import { newJob } from './new-job.ts';
import type { ReadRequest, RequestReader } from './read-request.ts';
import { seekPayment } from './seek-payment.ts';
import type { Answer, Submission } from './submission.ts';
import { type UnpaidJob, unpaid } from './unpaid-answers.ts';

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

/** One call of an agent, from its body to its answer. */
export class Intake {
  readonly #options: IntakeOptions;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Throws an AppError for whatever is refused; a call that was refused has moved no money. */
  async submit(submission: Submission): Promise<Answer> {
    const { reader, rateLimits, payments, shares, clock, limits } = this.#options;
    const read = reader.read(submission.service, submission.body);
    const namedId = read.jobId ?? submission.settlement?.jobId;
    const givenId = namedId === undefined ? null : parseJobId(namedId);
    const counted = { service: read.service, agent: submission.agent, url: read.url };
    try {
      await rateLimits.count(counted);
    } catch (refusal) {
      // A limit holds for new jobs: asking again for a job that exists is always allowed.
      const known = givenId && (await this.#options.jobs.find(givenId));
      if (known) return this.#follow(known, read, submission);
      throw refusal;
    }
    const expiresAt = clock() + limits.expiryMs;
    const job = newJob(givenId ?? createJobId(), read, { raw: submission.raw, shares, expiresAt });
    const admission = await payments.admit(job);
    if (!admission.isNew) {
      await rateLimits.giveBack(counted);
      return this.#follow(await loadJob(this.#options.jobs, job.id), read, submission);
    }
    if (admission.outcome?.funded) return this.#finish(job, submission);
    // An id that the router made was never in a memo, so there is nothing to look for.
    if (!givenId) throw unpaid(payments.payTo, job, { received: 0n });
    return this.#payAndFinish(job, submission);
  }

  /** A call for a job that exists: the same request joins it, another one is refused. */
  async #follow(job: JobRecord, read: ReadRequest, submission: Submission): Promise<Answer> {
    const isSame = job.service === read.service && job.request === JSON.stringify(read.request);
    if (!isSame) throw new AppError('JOB_ID_CONFLICT', { extra: { job_id: job.id } });
    return job.state === 'awaiting_payment'
      ? this.#payAndFinish(job, submission)
      : this.#finish(job, submission);
  }

  async #payAndFinish(job: UnpaidJob, submission: Submission): Promise<Answer> {
    const { payments, waiters, clock, limits } = this.#options;
    await submission.settlement?.settle(job);
    await seekPayment({ payments, waiters, clock, graceMs: limits.graceMs }, job, submission.signal);
    return this.#finish(job, submission);
  }

  async #finish({ id }: Pick<UnpaidJob, 'id'>, { isAsync, signal }: Submission): Promise<Answer> {
    const waitMs = isAsync ? 0 : this.#options.limits.waitMs;
    return awaitResult(this.#options, id, { waitMs, signal });
  }
}
