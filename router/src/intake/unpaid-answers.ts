import { AppError } from '@watt/shared';
import type { NewJob } from '../jobs/jobs.ts';
import {
  insufficientMessage,
  type Payments,
  paymentDetails,
  type SettlementOutlook,
  type SpendRefusal,
} from '../payments/payments.ts';
import { batchUrl, discountOf, RETRY_AFTER_SECONDS, statusUrl } from './answers.ts';
import { spendRefused } from './spend-refused.ts';

export type UnpaidJob = Pick<
  NewJob,
  | 'id'
  | 'price'
  | 'commitment'
  | 'requestSha256'
  | 'expiresAt'
  | 'listPrice'
  | 'discountBps'
  | 'sessionMinutes'
> & {
  /** Many jobs that are paid at once. */
  isBatch?: true;
};

/** Why a job is unpaid. `received` in base units, `settlement` how a payment over x402 ended, `wallet` the caller's, where it is known. */
export interface UnpaidBecause {
  received: bigint;
  refusal?: SpendRefusal;
  settlement?: SettlementOutlook;
  wallet: string | null;
}

/** 402 with everything needed to pay, or what stood in the way of the balance; the job can be paid by its memo in either case. */
export function unpaid(
  { payTo, isSignedOnly }: Pick<Payments, 'payTo' | 'isSignedOnly'>,
  job: UnpaidJob,
  { received, refusal, settlement, wallet }: UnpaidBecause,
): AppError {
  const { id, price, commitment, expiresAt } = job;
  // Where plain memos count for the callers of a job only, others are told the other one. A session's id is never shown on chain.
  const isHidden = job.sessionMinutes || (isSignedOnly && (wallet === null || job.isBatch));
  const memo = isHidden ? commitment : id;
  const extra = {
    ...referenceOf(job),
    payment: paymentDetails(payTo, { price, memo, commitment, received, expiresAt }),
    ...discountOf(job),
  };
  if (settlement === 'expired' || settlement === 'failed') {
    return new AppError(settlement === 'expired' ? 'X402_EXPIRED' : 'X402_FAILED', { extra });
  }
  if (refusal && (received === 0n || refusal.reason !== 'balance')) {
    return spendRefused(refusal, { price, payTo, extra });
  }
  return received > 0n
    ? new AppError('PAYMENT_INSUFFICIENT', { detail: insufficientMessage(price, received), extra })
    : new AppError('PAYMENT_NOT_FOUND', { detail: 'Payment not found for job_id', extra });
}

/** 202: nobody can say yet whether the job is paid, so nobody must pay again. */
export function paymentPending(job: Pick<UnpaidJob, 'id' | 'isBatch'>, detail: string): AppError {
  return new AppError('PAYMENT_PENDING', {
    detail,
    extra: { ...referenceOf(job), retry_after_seconds: RETRY_AFTER_SECONDS },
    headers: { 'retry-after': `${RETRY_AFTER_SECONDS}` },
  });
}

function referenceOf({ id, isBatch }: Pick<UnpaidJob, 'id' | 'isBatch'>): Record<string, unknown> {
  if (!isBatch) return { job_id: id, status_url: statusUrl(id) };
  return { job_id: id, batch_id: id, status_url: batchUrl(id) };
}
