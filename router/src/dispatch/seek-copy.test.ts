import { randomUUID } from 'node:crypto';
import { createAttemptId, normaliseScrape } from '@watt/shared';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLink, createStore, leaseAll, queuedJob } from '../../test/harness/dispatch-fakes.ts';
import { createOutputStreams, type LiveJob } from '../jobs/jobs.ts';
import { Scheduler } from './scheduler.ts';
import type { DispatchStore } from './store.ts';

beforeEach(() => vi.useFakeTimers({ now: 1000 }));
afterEach(() => vi.useRealTimers());

const faults: string[] = [];
const logger = pino({ level: 'error' }, { write: (line: string) => void faults.push(line) });
const settle = () => vi.advanceTimersByTimeAsync(0);
const page = (url = `https://e.com/${randomUUID()}`) =>
  queuedJob({
    service: 'scrape',
    request: JSON.stringify(normaliseScrape({ url, options: { max_age: 60, timeout: 8 } })),
    queuedAt: 1000,
  });
const live = (job: ReturnType<typeof page>): LiveJob => ({ ...job, attempt: null });

function schedule(planned: Partial<DispatchStore>, slots = 1) {
  faults.length = 0;
  const store = createStore({ lease: leaseAll(), ...planned });
  const scheduler = new Scheduler({
    ...{ store, outputs: createOutputStreams(), logger, clock: Date.now, random: () => 0 },
    ...{ queueMs: 60_000, leaseExtraMs: 2000, maxAttempts: 3 },
  });
  const link = createLink({
    scrape: { slots, javascript: false, screenshots: false, copies: true },
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

describe('jobs that want the same page', () => {
  const URL = 'https://e.com/';
  /** Three of them: the first is at a node, the others stand behind it. `copy` says whether there is one by now. */
  async function three(planned: Partial<DispatchStore> = {}) {
    const copy = { isThere: false };
    const all = schedule(
      { serveCopy: async () => copy.isThere, endAttempt: async () => true, ...planned },
      8,
    );
    const jobs = [page(URL), page(URL), page(URL)] as const;
    all.scheduler.enqueue(jobs);
    await settle();
    const [lease] = all.scheduler.leases.all();
    if (!lease) throw new Error('there is no lease');
    const sentIds = () => all.link.sent.map(({ jobId }) => jobId);
    expect([sentIds(), all.scheduler.queued]).toEqual([[jobs[0].id], 2]);
    return { ...all, copy, jobs, lease, sentIds };
  }

  it('are served when the first is done, and need no node', async () => {
    const { scheduler, copy, lease, jobs, sentIds } = await three();
    copy.isThere = true;
    scheduler.release(lease);
    await settle();
    expect([sentIds(), scheduler.queued]).toEqual([[jobs[0].id], 0]);
    await scheduler.stop();
  });

  it.each([
    ['failed', { state: 'failed', reason: 'no such host', final: true }],
    ['was refused', { state: 'refused', reason: 'busy' }],
    ['lapsed', { state: 'lapsed', reason: 'the node vanished' }],
  ] as const)('go to nodes, all at once, when the first %s', async (_, end) => {
    const { scheduler, lease, jobs, sentIds } = await three();
    await scheduler.end(lease, end);
    await settle();
    const again = end.state === 'failed' ? [] : [jobs[0].id];
    expect(sentIds().slice(1).sort()).toEqual([jobs[1].id, jobs[2].id, ...again].sort());
    expect(scheduler.queued).toBe(0);
    await scheduler.stop();
  });

  it('go to nodes when the first brought nothing for others, and are then waited for themselves', async () => {
    const { scheduler, lease, jobs, sentIds } = await three();
    scheduler.release(lease);
    await settle();
    expect(sentIds()).toEqual(jobs.map(({ id }) => id));
    scheduler.enqueue([page(URL)]);
    await settle();
    expect([sentIds().length, scheduler.queued]).toEqual([3, 1]);
    await scheduler.stop();
  });

  it('go to nodes after half of their time', async () => {
    const { scheduler, jobs, sentIds } = await three();
    await vi.advanceTimersByTimeAsync(3999);
    scheduler.sendOn();
    await settle();
    expect(sentIds()).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    scheduler.sendOn();
    await settle();
    expect(sentIds()).toEqual(jobs.map(({ id }) => id));
    await scheduler.stop();
  });

  it('go on when the first was not to be leased any more', async () => {
    const leased = [null, 1];
    const { scheduler, link } = schedule({
      serveCopy: async () => false,
      lease: async () => leased.shift() ?? null,
    });
    const jobs = [page(URL), page(URL)] as const;
    scheduler.enqueue(jobs);
    await settle();
    expect(link.sent.map(({ jobId }) => jobId)).toEqual([jobs[1].id]);
    await scheduler.stop();
  });

  it('wait in one line for a node, and fail when the first has waited too long', async () => {
    const { scheduler, store } = schedule({ serveCopy: async () => false, failQueued: async () => true }, 0);
    const jobs = [page(URL), page(URL)] as const;
    scheduler.enqueue(jobs);
    await settle();
    await vi.advanceTimersByTimeAsync(60_001);
    scheduler.failStale();
    await settle();
    scheduler.failStale();
    await settle();
    expect(store.calls.failQueued.map(({ jobId }) => jobId)).toEqual(jobs.map(({ id }) => id));
    expect(scheduler.queued).toBe(0);
    await scheduler.stop();
  });

  it('are taken up once, and stand behind one that a node has had since before', async () => {
    const { scheduler, link } = schedule({ serveCopy: async () => false }, 8);
    const [leased, waiting] = [page(URL), page(URL)];
    const attempt = {
      ...{ id: createAttemptId(), nodeId: link.nodeId, deadline: 20_000, readyAt: null, closedAt: null },
    };
    for (let look = 0; look < 2; look += 1) {
      scheduler.adopt([{ ...leased, attempt }, live(waiting)]);
      await settle();
      expect([scheduler.queued, scheduler.leases.size, link.sent.length]).toEqual([1, 1, 0]);
    }
    await scheduler.stop();
  });

  it('look again when the first came back while they looked', async () => {
    let answer: (isServed: boolean) => void = () => undefined;
    const looks = [
      async () => false,
      () => new Promise<boolean>((tell) => (answer = tell)),
      async () => true,
    ];
    const { scheduler, store, link } = schedule(
      { serveCopy: async () => (await looks.shift()?.()) ?? false },
      8,
    );
    const [first, second] = [page(URL), page(URL)];
    scheduler.enqueue([first]);
    await settle();
    scheduler.enqueue([second]);
    await settle();
    const [lease] = scheduler.leases.all();
    if (lease) scheduler.release(lease);
    answer(false);
    await settle();
    expect(store.calls.serveCopy.map(({ id }) => id)).toEqual([first.id, second.id, second.id]);
    expect([link.sent.length, scheduler.queued]).toEqual([1, 0]);
    await scheduler.stop();
  });
});
