import {
  AppError,
  type JobView,
  type PaymentDetails,
  parseJobId,
  type Receipt,
  wattNumber,
} from '@watt/shared';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../../context.ts';
import { discountOf, refundOf, resultBody } from '../../intake/intake.ts';
import type { JobRecord } from '../../jobs/jobs.ts';
import { type Payments, paymentDetails } from '../../payments/payments.ts';
import { buildReceipt } from '../../receipts/receipts.ts';

type Params = { Params: { id: string } };

/** `GET /api/v1/jobs/:id` and `/receipt`. The id is what gives access: whoever knows it may read the job. */
export function jobRoutes(app: FastifyInstance, { jobs, payments, secrets, x402 }: Context): void {
  const find = async (text: string): Promise<JobRecord> => {
    const id = parseJobId(text);
    const job = id && (await jobs.find(id));
    if (!job) throw new AppError('JOB_NOT_FOUND', { extra: { job_id: text } });
    return job;
  };

  app.get<Params>('/api/v1/jobs/:id', async (request): Promise<JobView> => {
    const job = await find(request.params.id);
    const files = await jobs.files(job);
    const sent = job.state === 'awaiting_payment' ? await x402?.sentFor(job.id) : null;
    // Nobody shall pay by memo what is on its way over x402.
    const toPay = sent ? { payment_pending: sent } : unpaidPart(job, payments);
    return { ...viewOf(job), ...toPay, ...(job.result !== null && { result: resultBody(job, files) }) };
  });

  app.get<Params>('/api/v1/jobs/:id/receipt', async (request): Promise<Receipt> => {
    const job = await find(request.params.id);
    if (job.state === 'expired') throw new AppError('JOB_EXPIRED', { extra: { job_id: job.id } });
    if (job.settlement === null)
      throw new AppError('RECEIPT_NOT_READY', { extra: { job_id: job.id, state: job.state } });
    return buildReceipt(job, { key: secrets.routerKey, payTo: payments.payTo });
  });
}

function viewOf(job: JobRecord): JobView {
  const refund = refundOf(job);
  const isUnpaid = job.state === 'awaiting_payment';
  return {
    success: true,
    job_id: job.id,
    service: job.service,
    state: job.state,
    price_watt: wattNumber(job.price),
    price_base: `${job.price}`,
    ...discountOf(job),
    paid_by: job.payer,
    payment_signatures: job.paymentSignatures,
    node: job.nodeId,
    attempts: job.attempts,
    created_at: isoTime(job.createdAt),
    queued_at: job.queuedAt === null ? null : isoTime(job.queuedAt),
    finished_at: job.finishedAt === null ? null : isoTime(job.finishedAt),
    expires_at: isUnpaid ? isoTime(job.expiresAt) : null,
    request_sha256: job.requestSha256,
    result_sha256: job.resultSha256,
    settlement: job.settlement,
    ...(refund && { refund }),
  };
}

function unpaidPart(job: JobRecord, { payTo, isSignedOnly }: Payments): { payment?: PaymentDetails } {
  if (job.state !== 'awaiting_payment') return {};
  const { price, commitment, expiresAt } = job;
  const memo = isSignedOnly || job.sessionMinutes !== null ? commitment : job.id;
  return { payment: paymentDetails(payTo, { price, memo, commitment, expiresAt }) };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
