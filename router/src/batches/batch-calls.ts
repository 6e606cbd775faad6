import { AppError, base, commitmentMemo, createJobId, type JobId, sha256Hex } from '@watt/shared';
import {
  countedAs,
  hashedJobId,
  type IntakeOptions,
  idempotentJobId,
  lowerCost,
  type PaymentFinder,
  priceExceeded,
  type ReadRequest,
  type Submission,
  seekPayment,
  type UnpaidJob,
  unpaid,
} from '../intake/intake.ts';
import type { Spender } from '../payments/payments.ts';
import type { RateLimits } from '../screening/screening.ts';
import type { BatchRecord, NewBatch } from './batch-record.ts';
import type { Batches } from './create-batches.ts';
import { readBatch } from './read-batch.ts';

/** What single jobs come in by; here the secret makes the ids of pages, and of batches that an Idempotency-Key names. */
export interface BatchCallsOptions extends Omit<IntakeOptions, 'shares'> {
  batches: Batches;
}

/** A call for many pages, as HTTP hands it over. */
export type BatchSubmission = Omit<Submission, 'service'>;

interface ReadCall {
  submission: BatchSubmission;
  pages: readonly ReadRequest[];
  /** The pages' requests as they are stored; equal for equal calls. */
  requests: string;
  id: JobId;
  /** Whether the agent knows the id, and could have put it in a memo. */
  isNamed: boolean;
  maxCost: bigint | null;
  spender: Spender | null;
}

/** Brings a call for many pages to a batch that is paid. */
export class BatchCalls {
  readonly #options: BatchCallsOptions;
  readonly #finder: PaymentFinder;

  constructor(options: BatchCallsOptions) {
    this.#options = options;
    const { payments, batches } = options;
    this.#finder = { ...payments, fund: (id, spender) => batches.fund(id, spender) };
  }

  /** The batch, funded. Throws an AppError for whatever is refused; a call that was refused has moved no money. */
  async submit(submission: BatchSubmission): Promise<BatchRecord> {
    const { batches, jobs, payments } = this.#options;
    const call = this.#read(submission);
    const known = await batches.find(call.id);
    if (known) return this.#follow(known, call);
    // One payment could be taken for either of the two.
    if (call.isNamed && (await jobs.find(call.id))) {
      throw new AppError('JOB_ID_CONFLICT', { extra: { job_id: call.id } });
    }
    const batch = await this.#price(call);
    if (call.maxCost !== null && batch.price > call.maxCost) throw priceExceeded(batch.price, call.maxCost);
    const takeBack = await this.#count(call);
    if (!(await batches.register(batch))) {
      await takeBack();
      return this.#follow(await this.#load(batch.id), call);
    }
    const outcome = await batches.fund(batch.id, call.spender);
    // An id that the router made was never in a memo: there is nothing to look for but a deposit that came just now.
    if (outcome && !outcome.funded && !call.isNamed && outcome.refusal?.reason !== 'balance') {
      throw unpaid(payments, unpaidOf(batch), { ...outcome, wallet: submission.authority?.wallet ?? null });
    }
    return this.#follow(await this.#load(batch.id), call);
  }

  #read(submission: BatchSubmission): ReadCall {
    const { authority, idempotencyKey, settlement } = submission;
    const { reader, jobIdSecret } = this.#options;
    const { pages, jobId, maxCost } = readBatch(reader, submission.body);
    const named = jobId ?? settlement?.jobId ?? null;
    const keyed =
      authority && idempotencyKey !== null
        ? idempotentJobId(jobIdSecret, authority.wallet, `batch\n${idempotencyKey}`)
        : null;
    return {
      submission,
      pages,
      requests: JSON.stringify(pages.map((page) => page.request)),
      id: named ?? keyed ?? createJobId(),
      isNamed: named !== null,
      maxCost: lowerCost(maxCost, submission.maxCost),
      // A call that brings its own payment is paid by that.
      spender: authority && !settlement ? { wallet: authority.wallet, keyId: authority.keyId } : null,
    };
  }

  async #price({ submission, pages, requests, id }: ReadCall): Promise<NewBatch> {
    const { pricer, jobIdSecret, clock, limits } = this.#options;
    const wallet = submission.authority?.wallet ?? null;
    const [first] = pages;
    if (!first) throw new Error('A batch has at least one page');
    // What is priced is in the part that all pages have in common.
    const { price, listPrice, discountBps } = await pricer.terms(first.price.total, wallet);
    const requestSha256 = sha256Hex(submission.raw);
    return {
      id,
      requests,
      requestSha256,
      commitment: commitmentMemo(id, requestSha256),
      jobIds: pages.map((_, index) => hashedJobId(jobIdSecret, `watt/batch-page/1\n${id}\n${index}`)),
      prices: pages.map(() => price),
      listPrices: pages.map(() => listPrice),
      discountBps,
      price: base(price * BigInt(pages.length)),
      expiresAt: clock() + limits.expiryMs,
    };
  }

  /** Counts every page, or none. */
  async #count({ submission, pages }: ReadCall): Promise<() => Promise<void>> {
    const { rateLimits } = this.#options;
    const agent = countedAs(submission);
    const counted: Parameters<RateLimits['count']>[0][] = [];
    const takeBack = async (): Promise<void> => {
      for (const page of counted) await rateLimits.giveBack(page);
    };
    for (const { service, url } of pages) {
      try {
        await rateLimits.count({ service, agent, url });
        counted.push({ service, agent, url });
      } catch (refusal) {
        await takeBack();
        throw refusal;
      }
    }
    return takeBack;
  }

  /** A call for a batch that exists: the same pages join it, others are refused. */
  async #follow(batch: BatchRecord, call: ReadCall): Promise<BatchRecord> {
    const { submission, isNamed, maxCost } = call;
    if (batch.requests !== call.requests) {
      throw new AppError(isNamed ? 'JOB_ID_CONFLICT' : 'IDEMPOTENCY_KEY_REUSED', {
        extra: { job_id: batch.id },
      });
    }
    if (batch.state === 'expired') throw new AppError('JOB_EXPIRED', { extra: { job_id: batch.id } });
    if (batch.state === 'funded') return batch;
    if (maxCost !== null && batch.price > maxCost) throw priceExceeded(batch.price, maxCost, batch.id);
    const { waiters, clock, limits } = this.#options;
    const { signal, authority, isAsync, settlement } = submission;
    await settlement?.settle(unpaidOf(batch));
    await seekPayment(
      { payments: this.#finder, waiters, clock, graceMs: isNamed ? limits.graceMs : 0 },
      unpaidOf(batch),
      { spender: call.spender, wallet: authority?.wallet ?? null, isAsync, signal },
    );
    const paid = await this.#load(batch.id);
    if (paid.state === 'expired') throw new AppError('JOB_EXPIRED', { extra: { job_id: batch.id } });
    return paid;
  }

  async #load(id: JobId): Promise<BatchRecord> {
    const batch = await this.#options.batches.find(id);
    if (!batch) throw new Error(`Batch ${id} was registered and is gone`);
    return batch;
  }
}

function unpaidOf(batch: NewBatch): UnpaidJob {
  const listPrice = batch.discountBps > 0 ? batch.listPrices.reduce((sum, price) => sum + price, 0n) : null;
  return { ...batch, listPrice, isBatch: true };
}
