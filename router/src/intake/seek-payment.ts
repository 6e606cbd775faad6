import { memosForJob } from '@watt/shared';
import type { Waiters } from '../jobs/jobs.ts';
import type { FundOutcome, Payments, Spender } from '../payments/payments.ts';
import { paymentPending, type UnpaidJob, unpaid } from './unpaid-answers.ts';

const POLL_MS = 1000;
const SYNC_MS = 5000;
// How much longer a call waits when its payment has been seen and is not confirmed yet.
const CONFIRMATION_MS = 10_000;
// And when the router itself sends it: for nobody else can.
const SETTLEMENT_MS = 20_000;

/** Finds the payment of a job, or of whatever else is paid by memo or balance. */
export type PaymentFinder = Pick<Payments, 'fund' | 'sync' | 'isPending' | 'payTo' | 'isSignedOnly'>;

export interface PaymentSeekerOptions {
  payments: PaymentFinder;
  waiters: Waiters;
  clock: () => number;
  graceMs: number;
}

export interface PaymentSeeker {
  spender: Spender | null;
  wallet: string | null;
  /** Does not want to wait for a payment that is on its way. */
  isAsync: boolean;
  signal: AbortSignal;
}

/**
 * Resolves when the job is not unpaid any more. Throws "not paid" only when the chain was read just now and nothing is on its
 * way, else that the payment is pending.
 */
export async function seekPayment(
  options: PaymentSeekerOptions,
  job: UnpaidJob,
  { spender, wallet, isAsync, signal }: PaymentSeeker,
): Promise<void> {
  const { payments, waiters, clock, graceMs } = options;
  const memos = memosForJob(job.id, job.requestSha256);
  const begun = clock();
  for (;;) {
    const outcome = await lookForPayment(payments, job, spender);
    if (outcome === null || outcome.funded) return;
    const isSettling = outcome.settlement === 'coming';
    const isComing = isSettling || payments.isPending(memos);
    const confirmationMs = isSettling ? SETTLEMENT_MS : CONFIRMATION_MS;
    const left = begun + graceMs + (isComing && !isAsync ? confirmationMs : 0) - clock();
    if (left > 0 && !signal.aborted) await waiters.wait(job.id, { ms: Math.min(POLL_MS, left), signal });
    else if (isComing) throw paymentPending(job, 'The payment was seen and is not confirmed yet');
    else throw unpaid(payments, job, { ...outcome, wallet });
  }
}

/** Null when the job is not unpaid any more. */
async function lookForPayment(
  payments: PaymentFinder,
  job: UnpaidJob,
  spender: Spender | null,
): Promise<FundOutcome | null> {
  const isRead = await payments.sync(SYNC_MS);
  const outcome = await payments.fund(job.id, spender);
  if (!isRead && outcome && !outcome.funded) throw paymentPending(job, 'The chain cannot be read right now');
  return outcome;
}
