import { normaliseScrape } from '@watt/shared';
import pino from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLink, createStore, queuedJob } from '../../test/harness/dispatch-fakes.ts';
import { createOutputStreams, type LiveJob } from '../jobs/jobs.ts';
import { Scheduler } from './scheduler.ts';
import type { DispatchStore } from './store.ts';

beforeEach(() => vi.useFakeTimers({ now: 1000 }));
afterEach(() => vi.useRealTimers());

const faults: string[] = [];
const logger = pino({ level: 'error' }, { write: (line: string) => void faults.push(line) });
const settle = () => vi.advanceTimersByTimeAsync(0);
const page = () =>
  queuedJob({
    service: 'scrape',
    request: JSON.stringify(normaliseScrape({ url: 'https://e.com/', options: { max_age: 60 } })),
  });
const live = (job: ReturnType<typeof page>): LiveJob => ({ ...job, attempt: null });

function schedule(planned: Partial<DispatchStore>) {
  faults.length = 0;
  const store = createStore({ lease: async () => true, ...planned });
  const scheduler = new Scheduler({
    ...{ store, outputs: createOutputStreams(), logger, clock: Date.now, random: () => 0 },
    ...{ queueMs: 5000, leaseExtraMs: 2000, maxAttempts: 3 },
  });
  const link = createLink({
    scrape: { slots: 1, javascript: false, screenshots: false, copies: true },
    execute: null,
  });
  scheduler.pool.add(link, { scrape: 0, execute: 0, session: 0 });
  return { scheduler, store, link };
}

it('a job that a copy serves goes to no node', async () => {
  const { scheduler, link } = schedule({ serveCopy: async () => true });
  scheduler.enqueue([page()]);
  await settle();
  expect(link.sent).toEqual([]);
  expect(scheduler.queued).toBe(0);
  await scheduler.stop();
});

it('a job that is none’s waits for a node only when that is known', async () => {
  let answer: (isServed: boolean) => void = () => undefined;
  const served = new Promise<boolean>((resolve) => {
    answer = resolve;
  });
  const { scheduler, store, link } = schedule({ serveCopy: () => served });
  const job = page();
  scheduler.enqueue([job]);
  // The database still has it as queued.
  scheduler.adopt([live(job)]);
  await settle();
  expect(link.sent).toEqual([]);
  answer(false);
  await settle();
  expect(link.sent).toMatchObject([{ jobId: job.id }]);
  expect(store.calls.serveCopy).toHaveLength(1);
  await scheduler.stop();
});

it('a job whose copy could not be sought is taken up again by the next look', async () => {
  let tries = 0;
  const { scheduler, store, link } = schedule({
    serveCopy: async () => {
      tries += 1;
      if (tries === 1) throw new Error('the database is away');
      return false;
    },
  });
  const job = page();
  scheduler.enqueue([job]);
  await settle();
  expect(faults.join()).toContain('could not be served from a copy');
  expect([link.sent.length, scheduler.queued]).toEqual([0, 0]);
  scheduler.adopt([live(job)]);
  await settle();
  expect(link.sent).toMatchObject([{ jobId: job.id }]);
  expect(store.calls.serveCopy).toHaveLength(2);
  await scheduler.stop();
});

it('a job that has waited asks again at its turn, and leaves its slot to the next when it is served', async () => {
  const answers = [false, false, true, true];
  const { scheduler, store, link } = schedule({
    serveCopy: async () => answers.shift() ?? false,
    endAttempt: async () => true,
  });
  const [first, second, third] = [page(), page(), page()];
  scheduler.enqueue([first, second]);
  await settle();
  expect(link.sent.map(({ jobId }) => jobId)).toEqual([first.id]);
  await vi.advanceTimersByTimeAsync(1000);
  scheduler.enqueue([third]);
  const [lease] = scheduler.leases.all();
  if (!lease) throw new Error('there is no lease');
  scheduler.release(lease);
  await settle();
  // The third was served at once, the second at its turn.
  expect(store.calls.serveCopy.map(({ id }) => id)).toEqual([first.id, second.id, third.id, second.id]);
  expect(link.sent.map(({ jobId }) => jobId)).toEqual([first.id]);
  expect([scheduler.queued, scheduler.pool.get(link.nodeId)?.running.scrape]).toEqual([0, 0]);
  await scheduler.stop();
});

it('a job that has not waited asks once', async () => {
  const { scheduler, store, link } = schedule({ serveCopy: async () => false });
  scheduler.enqueue([page(), page()]);
  await settle();
  const [lease] = scheduler.leases.all();
  if (lease) scheduler.release(lease);
  await settle();
  expect(link.sent).toHaveLength(2);
  expect(store.calls.serveCopy).toHaveLength(2);
  await scheduler.stop();
});
