import { type BatchPage, type BatchSummary, type BatchView, wattNumber } from '@watt/shared';
import type { SqlClient } from '../db/connect.ts';
import { batchUrl, refundOf, resultBody } from '../intake/intake.ts';
import type { JobReader } from '../jobs/jobs.ts';
import { type PayTo, paymentDetails } from '../payments/payments.ts';
import type { BatchRecord } from './batch-record.ts';

/** An answer holds at least one page, and no more than this of what their results take as text. */
const ANSWER_BYTES = 16 * 1024 * 1024;

export interface ResultRooms {
  sql: SqlClient;
  jobs: JobReader;
  payTo: PayTo;
  isSignedOnly: boolean;
}

/** One page as it stands now: with its result, or its failure, once it has ended. */
export async function pageOf({ jobs }: ResultRooms, batch: BatchRecord, index: number): Promise<BatchPage> {
  const id = batch.jobIds[index];
  const job = id && (await jobs.find(id));
  if (!job) throw new Error(`Batch ${batch.id} has no job for page ${index}`);
  const { url } = JSON.parse(job.request) as { url: string };
  const page = { index, url, job_id: job.id, state: job.state };
  if (job.result === null) return page;
  const refund = refundOf(job);
  const body = resultBody(job, await jobs.files(job)) as Omit<BatchPage, keyof typeof page>;
  return { ...page, ...body, ...(refund && { refund }) };
}

interface Figures {
  done: number;
  failed: number;
  charged: bigint;
  burned: bigint;
  refunded: bigint;
}

/** What a batch has come to by now. */
export async function summaryOf(rooms: ResultRooms, batch: BatchRecord): Promise<BatchSummary> {
  const [figures] = await rooms.sql<Figures[]>`
    select count(*) filter (where state = 'succeeded')::int as done, count(*) filter (where state = 'failed')::int as failed,
      coalesce(sum(charged), 0)::bigint as charged,
      coalesce(sum(burn_share) filter (where state = 'succeeded'), 0)::bigint as burned,
      coalesce(sum(price - coalesce(charged, 0)) filter (where state in ('succeeded', 'failed')), 0)::bigint as refunded
    from jobs where id = any(${batch.jobIds}::uuid[])`;
  if (!figures) throw new Error('An aggregate has one row');
  const { done, failed, charged, burned, refunded } = figures;
  const total = batch.jobIds.length;
  const running = batch.state === 'funded' ? total - done - failed : 0;
  return {
    success: failed === 0,
    batch_id: batch.id,
    state: batch.state === 'funded' ? (running === 0 ? 'done' : 'running') : batch.state,
    status_url: batchUrl(batch.id),
    price_watt: wattNumber(batch.price),
    price_base: `${batch.price}`,
    paid_by: batch.payer,
    pages: { total, done, failed, running },
    watt_charged: wattNumber(charged),
    watt_burned: wattNumber(burned),
    watt_refunded: wattNumber(refunded),
    ...(batch.state === 'awaiting_payment' && { payment: toPay(rooms, batch) }),
  };
}

/** The batch with its pages from an index on. A page that is not listed yet has no place after `next`. */
export async function viewOf(
  rooms: ResultRooms,
  batch: BatchRecord,
  { from, limit }: { from: number; limit: number },
): Promise<BatchView> {
  const summary = await summaryOf(rooms, batch);
  const results: BatchPage[] = [];
  const end = batch.state === 'funded' ? Math.min(batch.jobIds.length, from + limit) : from;
  let bytes = 0;
  let index = from;
  for (; index < end && bytes < ANSWER_BYTES; index += 1) {
    const page = await pageOf(rooms, batch, index);
    bytes += JSON.stringify(page.data ?? null).length;
    if (results.length > 0 && bytes > ANSWER_BYTES) break;
    results.push(page);
  }
  const isMore = batch.state === 'funded' && index < batch.jobIds.length;
  return { ...summary, results, next: isMore ? `${index}` : null };
}

function toPay({ payTo, isSignedOnly }: ResultRooms, batch: BatchRecord) {
  const { id, price, commitment, expiresAt } = batch;
  return paymentDetails(payTo, { price, memo: isSignedOnly ? commitment : id, commitment, expiresAt });
}
