import { type BatchPage, type BatchSummary, type BatchView, type JobId, parseJobId } from '@watt/shared';
import { loadQueuedJobs, type QueuedJob, type Waiters } from '../jobs/jobs.ts';
import type { FundOutcome, Spender } from '../payments/payments.ts';
import {
  type BatchRecord,
  expireUnpaidBatches,
  loadBatch,
  type NewBatch,
  registerBatch,
} from './batch-record.ts';
import { pageOf, type ResultRooms, summaryOf, viewOf } from './batch-results.ts';
import { followBatch } from './follow-batch.ts';
import { type FundingRooms, fundBatch } from './fund-batch.ts';

export interface BatchesOptions extends FundingRooms, ResultRooms {
  waiters: Waiters;
  clock: () => number;
  /** Jobs that were just paid and queued. */
  onFunded(jobs: QueuedJob[]): void;
}

/** The batches of one router: registered, paid, found again. */
export interface Batches {
  /** False when one of this id exists already. */
  register(batch: NewBatch): Promise<boolean>;
  /** Looks for the payment of an unpaid batch, then at the spender's balance. Null when it is not unpaid any more. */
  fund(id: string, spender?: Spender | null): Promise<FundOutcome | null>;
  find(id: JobId): Promise<BatchRecord | null>;
  fundByMemos(memos: readonly string[]): Promise<void>;
  /** Funds every unpaid batch whose payment is on record; what a crash left between the two is mended here. */
  fundMatched(): Promise<void>;
  expireUnpaid(): Promise<void>;
  summary(batch: BatchRecord): Promise<BatchSummary>;
  /** Its pages from an index on, as they stand now. */
  view(batch: BatchRecord, part: { from: number; limit: number }): Promise<BatchView>;
  /** The pages of a funded batch as they end, each once, until all have or the wait is over. */
  follow(batch: BatchRecord, wait: { waitMs: number; signal: AbortSignal }): AsyncGenerator<BatchPage>;
  /** Resolves when all pages have ended, or the wait is over. */
  untilEnded(batch: BatchRecord, wait: { waitMs: number; signal: AbortSignal }): Promise<void>;
}

export function createBatches(options: BatchesOptions): Batches {
  const { sql, onFunded } = options;

  const fund = async (text: string, spender: Spender | null = null): Promise<FundOutcome | null> => {
    const id = parseJobId(text);
    const outcome = id && (await fundBatch(options, id, spender));
    const batch = outcome?.funded ? await loadBatch(sql, id as JobId) : null;
    // Jobs that cannot be announced are queued all the same: the dispatcher looks for such jobs now and then.
    if (batch) onFunded(await loadQueuedJobs(sql, batch.jobIds));
    return outcome;
  };
  // One after the other: they may be paid by one wallet, whose balance they would wait for.
  const fundEach = async (rows: readonly { id: string }[]): Promise<void> => {
    for (const { id } of rows) await fund(id);
  };

  return {
    register: (batch) => registerBatch(sql, batch),
    fund,
    find: (id) => loadBatch(sql, id),
    async fundByMemos(memos) {
      const ids = memos.flatMap((memo) => parseJobId(memo) ?? []);
      await fundEach(
        await sql<{ id: string }[]>`
          select id from scrape_batches
          where state = 'awaiting_payment' and (id = any(${ids}::uuid[]) or commitment = any(${memos as string[]}::text[]))`,
      );
    },
    async fundMatched() {
      await fundEach(
        await sql<{ id: string }[]>`
          select b.id from scrape_batches b where b.state = 'awaiting_payment' and b.expires_at > now() and exists (
            select 1 from chain_credits c where c.applied_job is null and c.payer is not null and c.status <> 'orphaned'
              and c.memo in (b.id::text, b.commitment))
          union
          select b.id from x402_settlements s join scrape_batches b on b.id = s.job_id join chain_credits c on c.signature = s.signature
          where s.state in ('signed','settled') and b.state = 'awaiting_payment' and c.applied_job is null`,
      );
    },
    expireUnpaid: () => expireUnpaidBatches(sql),
    summary: (batch) => summaryOf(options, batch),
    view: (batch, part) => viewOf(options, batch, part),
    async *follow(batch, wait) {
      for await (const index of followBatch(options, batch, wait)) yield await pageOf(options, batch, index);
    },
    async untilEnded(batch, wait) {
      for await (const _ of followBatch(options, batch, wait));
    },
  };
}
