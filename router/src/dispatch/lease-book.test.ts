import { createAttemptId, type NodeId } from '@watt/shared';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { queuedJob } from '../../test/harness/dispatch-fakes.ts';
import { type Lease, LeaseBook } from './lease-book.ts';
import { toWaiting } from './waiting-job.ts';

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => vi.useRealTimers());

const lapsed: Lease[] = [];
function openBook(): LeaseBook {
  lapsed.length = 0;
  return new LeaseBook({ clock: Date.now, onLapse: (lease) => void lapsed.push(lease) });
}

function attempt(node: string, sessionMinutes: number | null = null): Parameters<LeaseBook['add']>[0] {
  const waiting = toWaiting(queuedJob({ sessionMinutes }));
  return { attemptId: createAttemptId(), nodeId: node as NodeId, waiting, deadline: 200_000 };
}

it('finds leases by attempt, by job and by node', () => {
  const book = openBook();
  const [one, two, other] = [book.add(attempt('a')), book.add(attempt('a')), book.add(attempt('b'))];
  expect(book.size).toBe(3);
  expect(book.get(one.attemptId)).toBe(one);
  expect(book.get('unknown')).toBeUndefined();
  expect(book.ofJob(other.waiting.job.id)).toBe(other);
  expect(book.hasJob(two.waiting.job.id)).toBe(true);
  expect(book.ofNode('a' as NodeId)).toEqual([one, two]);
  expect(book.all()).toEqual([one, two, other]);
  book.stop();
});

it('takes a lease out once, with its timer', () => {
  const book = openBook();
  const one = book.add(attempt('a'));
  expect(book.remove(one)).toBe(true);
  expect(book.remove(one)).toBe(false);
  book.reschedule(one);
  expect(vi.getTimerCount()).toBe(0);
  expect([book.size, book.hasJob(one.waiting.job.id), book.ofNode('a' as NodeId)]).toEqual([0, false, []]);
});

it('says when a lease is over, and for one that is being stored only once that has failed', () => {
  const book = openBook();
  const [one, settling] = [book.add(attempt('a')), book.add(attempt('b'))];
  settling.isSettling = true;
  vi.advanceTimersByTime(199_999);
  expect(lapsed).toEqual([]);
  vi.advanceTimersByTime(10_000);
  expect(lapsed).toEqual([one]);
  settling.isSettling = false;
  vi.advanceTimersByTime(1000);
  expect(lapsed).toEqual([one, settling]);
});

it('goes by the times of a session as they change', () => {
  const book = openBook();
  const lease = book.add(attempt('a', 1), { readyAt: 0, endedAt: null });
  if (!lease.session) throw new Error('it has no session');
  vi.advanceTimersByTime(10_000);
  lease.session.endedAt = 10_000;
  book.reschedule(lease);
  vi.advanceTimersByTime(29_999);
  expect(lapsed).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(lapsed).toEqual([lease]);
});

it('keeps no timer after a stop, not even for what is booked then', () => {
  const book = openBook();
  book.add(attempt('a'));
  book.stop();
  book.add(attempt('b'));
  expect(vi.getTimerCount()).toBe(0);
});
