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
