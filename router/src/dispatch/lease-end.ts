import type { Failure } from '../jobs/jobs.ts';
import type { Lease } from './lease-book.ts';
import { isSpent } from './time-left.ts';

/** How a lease ends without a charge. `final` keeps the job from another node. */
export interface LeaseEnd {
  state: 'failed' | 'refused' | 'lapsed';
  reason: string;
  failure?: Failure;
  final?: boolean;
}

/** What a job fails with when its lease ends so; null when it goes to another node. `now` in Unix milliseconds. */
export function failureOf(
  { waiting, session }: Pick<Lease, 'waiting' | 'session'>,
  end: LeaseEnd,
  { maxAttempts, now }: { maxAttempts: number; now: number },
): Failure | null {
  const { attempts } = waiting.job;
  // What a session had in its kernel no other node has.
  const isLost = session !== null && session.readyAt !== null;
  const isFinal = isLost || end.final === true || (end.state === 'failed' && isSpent(waiting, now));
  if (!isFinal && attempts < maxAttempts) return null;
  const message = isLost
    ? `The session was lost: ${end.reason}`
    : `${attempts} attempts, the last ended so: ${end.reason}`;
  return end.failure ?? { code: 'NODE_FAILED', message };
}
