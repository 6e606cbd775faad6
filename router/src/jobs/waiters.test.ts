import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createWaiters } from './waiters.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());
const never = new AbortController().signal;

it('wakes everyone who waits for the job, and nobody else', async () => {
  const waiters = createWaiters();
  const woken: string[] = [];
  const wait = (name: string, jobId: string) =>
    waiters.wait(jobId, { ms: 1000, signal: never }).then(() => woken.push(name));
  const all = [wait('one', 'a'), wait('two', 'a'), wait('three', 'b')];
  waiters.notify('a');
  waiters.notify('unknown');
  await vi.advanceTimersByTimeAsync(0);
  expect(woken).toEqual(['one', 'two']);
  await vi.advanceTimersByTimeAsync(1000);
  await Promise.all(all);
  expect(woken).toEqual(['one', 'two', 'three']);
});

it('ends with its signal, before or while it waits, and leaves no timer', async () => {
  const waiters = createWaiters();
  const gone = new AbortController();
  const waiting = waiters.wait('a', { ms: 1000, signal: gone.signal });
  gone.abort();
  await waiting;
  await waiters.wait('a', { ms: 1000, signal: gone.signal });
  expect(vi.getTimerCount()).toBe(0);
});

it('wakes whoever waits for any of several jobs once, and forgets them for all', async () => {
  const waiters = createWaiters();
  let woken = 0;
  const jobIds = Array.from({ length: 100 }, (_, index) => `job ${index}`);
  const waiting = waiters.waitForAny(jobIds, { ms: 1000, signal: never }).then(() => (woken += 1));
  waiters.notify('job 42');
  waiters.notify('job 7');
  await waiting;
  expect(woken).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});
