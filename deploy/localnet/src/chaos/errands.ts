import { buyBatch } from './buy-batch.ts';
import { buyJob, PAGE, PROGRAM } from './buy-job.ts';
import { buySession, X402 } from './buy-session.ts';
import type { Errand } from './customer.ts';
import { API_KEY, COMMITMENT, PLAIN_MEMO, SIGNATURE } from './means.ts';
import { buyByX402 } from './pay-by-x402.ts';
import { spendBySmallKey } from './spend-by-small-key.ts';
import { withdraw } from './withdraw.ts';

/** Everything that is sold, by every way in; and the way back out. */
const SHORT: readonly Errand[] = [
  ...[COMMITMENT, PLAIN_MEMO, API_KEY, SIGNATURE].map((means) => buyJob(PROGRAM, means)),
  ...[COMMITMENT, API_KEY, SIGNATURE].map((means) => buyJob(PAGE, means)),
  ...[COMMITMENT, PLAIN_MEMO, API_KEY].map(buyBatch),
  ...[COMMITMENT, API_KEY, X402].map((means) => buySession(means, { isLeft: false })),
  ...[buyByX402, buyByX402, spendBySmallKey, withdraw, withdraw],
];

/** With those that take a minute. */
const ALL: readonly Errand[] = [
  ...SHORT,
  ...[SIGNATURE, X402].map((means) => buySession(means, { isLeft: true })),
];

export function errandsFor({ hasMinutes }: { hasMinutes: boolean }): readonly Errand[] {
  return hasMinutes ? ALL : SHORT;
}
