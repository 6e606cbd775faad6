import type { AttemptId, NodeId } from '@watt/shared';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { queuedJob } from '../../test/harness/dispatch-fakes.ts';
import { requirementOf } from '../jobs/jobs.ts';
import { type Lease, LeaseBook } from './lease-book.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function lease(node: string, onDeadline = (): void => undefined): Lease {
  const job = queuedJob();
  return {
    attemptId: crypto.randomUUID() as AttemptId,
    nodeId: node as NodeId,
    waiting: { job, requirement: requirementOf(job.service, job.request), tried: new Set() },
    deadline: 10,
    timer: setTimeout(onDeadline, 10),
    session: null,
    isSettling: false,
  };
}

it('finds leases by attempt, by job and by node', () => {
  const book = new LeaseBook();
  const [one, two, other] = [lease('a'), lease('a'), lease('b')];
  for (const each of [one, two, other]) book.add(each);
  expect(book.size).toBe(3);
  expect(book.get(one.attemptId)).toBe(one);
  expect(book.get('unknown')).toBeUndefined();
  expect(book.hasJob(two.waiting.job.id)).toBe(true);
  expect(book.ofNode('a' as NodeId)).toEqual([one, two]);
  expect(book.all()).toEqual([one, two, other]);
});

it('takes a lease out once, with its timer', () => {
  const book = new LeaseBook();
  const lapsed = vi.fn();
  const one = lease('a', lapsed);
  book.add(one);
  expect(book.remove(one)).toBe(true);
  expect(book.remove(one)).toBe(false);
  vi.advanceTimersByTime(20);
  expect(lapsed).not.toHaveBeenCalled();
  expect([book.size, book.hasJob(one.waiting.job.id), book.ofNode('a' as NodeId)]).toEqual([0, false, []]);
});
