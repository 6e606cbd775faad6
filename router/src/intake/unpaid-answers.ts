import { AppError } from '@watt/shared';
import type { NewJob } from '../jobs/jobs.ts';
import {
  insufficientMessage,
  type PayTo,
  paymentDetails,
  type SettlementOutlook,
} from '../payments/payments.ts';
import { RETRY_AFTER_SECONDS, statusUrl } from './answers.ts';

export type UnpaidJob = Pick<NewJob, 'id' | 'price' | 'commitment' | 'requestSha256' | 'expiresAt'>;

/** 402 with everything needed to pay; `received` is what came so far, in base units, `settlement` how a payment over x402 ended. */
export function unpaid(
  payTo: PayTo,
  job: UnpaidJob,
  { received, settlement }: { received: bigint; settlement?: SettlementOutlook },
): AppError {
  const { id: jobId, price, commitment, expiresAt } = job;
  const payment = paymentDetails(payTo, { price, jobId, commitment, received, expiresAt });
  const extra = { job_id: jobId, payment, status_url: statusUrl(jobId) };
  if (settlement === 'expired' || settlement === 'failed') {
    return new AppError(settlement === 'expired' ? 'X402_EXPIRED' : 'X402_FAILED', { extra });
  }
  return received > 0n
    ? new AppError('PAYMENT_INSUFFICIENT', { detail: insufficientMessage(price, received), extra })
    : new AppError('PAYMENT_NOT_FOUND', { detail: 'Payment not found for job_id', extra });
}

/** 202: nobody can say yet whether the job is paid, so nobody must pay again. */
export function paymentPending(job: Pick<UnpaidJob, 'id'>, detail: string): AppError {
  return new AppError('PAYMENT_PENDING', {
    detail,
    extra: { job_id: job.id, status_url: statusUrl(job.id), retry_after_seconds: RETRY_AFTER_SECONDS },
    headers: { 'retry-after': `${RETRY_AFTER_SECONDS}` },
  });
}
