import { describe, expect, it } from 'vitest';
import { queuedJob } from '../../test/harness/dispatch-fakes.ts';
import type { Lease } from './lease-book.ts';
import { failureOf, type LeaseEnd } from './lease-end.ts';
import { toWaiting } from './waiting-job.ts';

const lapsed: LeaseEnd = { state: 'lapsed', reason: 'the node vanished' };
const failed: LeaseEnd = {
  state: 'failed',
  reason: 'timeout',
  failure: { code: 'SCRAPE_FAILED', message: 'no answer' },
};

function leased(attempts: number, session: Lease['session'] = null): Pick<Lease, 'waiting' | 'session'> {
  return { waiting: toWaiting(queuedJob({ attempts })), session };
}
const failureAt = (attempts: number, end: LeaseEnd, session: Lease['session'] = null) =>
  failureOf(leased(attempts, session), end, { maxAttempts: 3, now: 0 });

describe('a lease that ends without a charge', () => {
  it('takes its job to another node while there are attempts left', () => {
    expect(failureAt(2, lapsed)).toBeNull();
    expect(failureAt(2, failed)).toBeNull();
  });

  it('fails it with what the node said, or with how the last attempt ended', () => {
    expect(failureAt(3, failed)).toBe(failed.failure);
    expect(failureAt(3, lapsed)).toEqual({
      code: 'NODE_FAILED',
      message: '3 attempts, the last ended so: the node vanished',
    });
  });

  it('fails it at once when no other node could better it', () => {
    expect(failureAt(1, { ...failed, final: true })).toBe(failed.failure);
  });

  it('loses a session once it was ready, and not before', () => {
    const session = { minutes: 1, readyAt: null, endedAt: null, marking: null };
    expect(failureAt(1, lapsed, session)).toBeNull();
    expect(failureAt(1, lapsed, { ...session, readyAt: 5 })).toEqual({
      code: 'NODE_FAILED',
      message: 'The session was lost: the node vanished',
    });
  });
});
