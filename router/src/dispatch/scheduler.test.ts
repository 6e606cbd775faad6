import type { AttemptId, NodeId } from '@watt/shared';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createLink,
  createStore,
  type FakeStore,
  leaseAll,
  queuedJob,
} from '../../test/harness/dispatch-fakes.ts';
import { createOutputStreams, type LiveJob } from '../jobs/jobs.ts';
import { Scheduler } from './scheduler.ts';
import type { DispatchStore } from './store.ts';

beforeEach(() => vi.useFakeTimers({ now: 1000 }));
afterEach(() => vi.useRealTimers());

const faults: string[] = [];
const logger = pino({ level: 'error' }, { write: (line: string) => void faults.push(line) });
const settle = () => vi.advanceTimersByTimeAsync(0);

function schedule(
  planned: Partial<DispatchStore>,
  maxAttempts = 3,
): { scheduler: Scheduler; store: FakeStore } {
  faults.length = 0;
  const store = createStore({ lease: leaseAll(), ...planned });
  const scheduler = new Scheduler({
    store,
    outputs: createOutputStreams(),
    queueMs: 5000,
    leaseExtraMs: 2000,
    maxAttempts,
    clock: Date.now,
    random: () => 0,
    logger,
  });
  return { scheduler, store };
}

function connect(scheduler: Scheduler, link = createLink()) {
  scheduler.pool.add(link, { scrape: 0, execute: 0, session: 0 });
  scheduler.pump();
  return link;
}

const failure = { code: 'SCRAPE_FAILED' as const, message: 'not complete' };

const pageJob = () => {
  const options = { javascript: false, screenshots: false, timeout: 8 };
  const request = JSON.stringify({ url: 'https://site.example/', output_format: 'text', options });
  return queuedJob({ service: 'scrape', request });
};

const onlyLease = (scheduler: Scheduler) => {
  const [lease] = scheduler.leases.all();
  if (!lease) throw new Error('there is no lease');
  return lease;
};

/** A scheduler with one node that holds one job. */
async function leased(planned: Partial<DispatchStore>) {
  const all = schedule(planned);
  connect(all.scheduler);
  all.scheduler.enqueue([queuedJob()]);
  await settle();
  return { ...all, lease: onlyLease(all.scheduler) };
}

describe('a job', () => {
  it('goes to a free node once its lease is written, with a deadline', async () => {
    const { scheduler, store } = schedule({});
    const link = connect(scheduler);
    const job = queuedJob();
    scheduler.enqueue([job]);
    expect(link.sent).toEqual([]);
    await settle();
    const [sent] = link.sent;
    expect(sent).toEqual({
      attemptId: store.calls.lease[0]?.attemptId,
      jobId: job.id,
      service: 'execute',
      request: job.request,
      requestSha256: job.requestSha256,
      deadline: 1000 + 5000 + 2000,
      nodeShare: 70n,
    });
    expect(store.calls.lease[0]).toMatchObject({ jobId: job.id, nodeId: link.nodeId, deadline: 8000 });
    expect(scheduler.pool.get(link.nodeId)?.running.execute).toBe(1);
    await scheduler.stop();
  });

  it('waits for a node, and for a free slot', async () => {
    const { scheduler } = schedule({});
    scheduler.enqueue([queuedJob(), queuedJob()]);
    expect(scheduler.queued).toBe(2);
    const link = connect(scheduler);
    await settle();
    expect([link.sent.length, scheduler.queued]).toEqual([1, 1]);
    scheduler.release(onlyLease(scheduler));
    await settle();
    expect([link.sent.length, scheduler.queued]).toEqual([2, 0]);
    await scheduler.stop();
  });

  it('that is not queued any more gives its slot to the next at once', async () => {
    const [gone, next] = [queuedJob(), queuedJob()];
    const { scheduler } = schedule({ lease: async ({ jobId }) => (jobId === gone.id ? null : 1) });
    const link = connect(scheduler);
    scheduler.enqueue([gone, next]);
    await settle();
    expect(link.sent.map((sent) => sent.jobId)).toEqual([next.id]);
    await scheduler.stop();
  });

  it('whose lease cannot be written is left to the database, and holds up nobody', async () => {
    const [broken, next] = [queuedJob(), queuedJob()];
    const lease = async ({ jobId }: { jobId: string }) => {
      if (jobId === broken.id) throw new Error('the database is gone');
      return 1;
    };
    const { scheduler } = schedule({ lease });
    const link = connect(scheduler);
    scheduler.enqueue([broken, next]);
    await settle();
    expect(link.sent.map((sent) => sent.jobId)).toEqual([next.id]);
    expect(faults.join('')).toContain('the database is gone');
    scheduler.release(onlyLease(scheduler));
    scheduler.adopt([{ ...next, attempt: null }]);
    await settle();
    expect(link.sent).toHaveLength(2);
    await scheduler.stop();
  });

  it('goes to another node when the first cannot be reached', async () => {
    const { scheduler, store } = schedule({ endAttempt: async () => true });
    const gone = createLink();
    gone.isGone = true;
    connect(scheduler, gone);
    scheduler.enqueue([queuedJob()]);
    const other = connect(scheduler);
    await settle();
    expect(other.sent).toHaveLength(1);
    expect(store.calls.endAttempt).toMatchObject([{ state: 'lapsed', failure: null }]);
    await scheduler.stop();
  });

  it('goes to another node when its deadline passes, and the first is told to stop', async () => {
    const { scheduler, store } = schedule({ endAttempt: async () => true });
    const slow = connect(scheduler);
    scheduler.enqueue([queuedJob()]);
    await settle();
    const other = connect(scheduler);
    await vi.advanceTimersByTimeAsync(6999);
    expect(other.sent).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(slow.cancelled).toEqual([slow.sent[0]?.attemptId]);
    expect(store.calls.endAttempt).toMatchObject([
      { state: 'lapsed', reason: 'the deadline passed', failure: null },
    ]);
    expect(other.sent).toHaveLength(1);
    await scheduler.stop();
  });

  it('that is a page has its time once, unless a node vanished with it, and none begins with less than half of it', async () => {
    const { scheduler, store } = schedule({ endAttempt: async () => true }, 4);
    const link = connect(scheduler);
    scheduler.enqueue([pageJob()]);
    await vi.advanceTimersByTimeAsync(3000);
    await scheduler.end(onlyLease(scheduler), { state: 'failed', reason: 'connect', failure });
    await vi.advanceTimersByTimeAsync(1000);
    await scheduler.end(onlyLease(scheduler), { state: 'lapsed', reason: 'the node vanished' });
    await vi.advanceTimersByTimeAsync(4000);
    await scheduler.end(onlyLease(scheduler), { state: 'failed', reason: 'timeout', failure });
    expect(store.calls.endAttempt.map((end) => end.failure)).toEqual([null, null, failure]);
    expect(link.sent.map(({ timeLeftMs }) => timeLeftMs)).toEqual([undefined, 5000, undefined]);
    expect(link.sent.map(({ deadline }) => deadline)).toEqual([11_000, 11_000, 15_000]);
    await scheduler.stop();
  });

  it('that is a page and waits for another node fails by what the first said', async () => {
    const { scheduler, store } = schedule({ endAttempt: async () => true, failQueued: async () => true });
    const link = connect(scheduler);
    scheduler.enqueue([pageJob()]);
    await settle();
    scheduler.pool.remove(link.nodeId);
    await scheduler.end(onlyLease(scheduler), { state: 'failed', reason: 'connect', failure });
    await vi.advanceTimersByTimeAsync(3999);
    scheduler.failStale();
    expect(scheduler.queued).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    scheduler.failStale();
    expect(scheduler.queued).toBe(0);
    expect(store.calls.failQueued).toMatchObject([{ failure }]);
    await scheduler.stop();
  });

  it('fails after its last attempt, with the reason of that one', async () => {
    const { scheduler, store } = schedule({ endAttempt: async () => true }, 2);
    connect(scheduler);
    scheduler.enqueue([queuedJob()]);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await settle();
      await scheduler.end(onlyLease(scheduler), { state: 'refused', reason: 'busy' });
    }
    await settle();
    expect(store.calls.endAttempt.map((end) => end.failure)).toEqual([
      null,
      { code: 'NODE_FAILED', message: '2 attempts, the last ended so: busy' },
    ]);
    expect([scheduler.queued, scheduler.leases.size, store.calls.lease.length]).toEqual([0, 0, 2]);
    await scheduler.stop();
  });

  it('fails at once when no other node could better it', async () => {
    const { scheduler, store, lease } = await leased({ endAttempt: async () => true });
    const failure = { code: 'SCRAPE_FAILED', message: 'no such host' } as const;
    await scheduler.end(lease, {
      state: 'failed',
      reason: 'no such host',
      failure,
      final: true,
    });
    expect(store.calls.endAttempt).toMatchObject([{ failure }]);
    expect(scheduler.queued).toBe(0);
    await scheduler.stop();
  });

  it('whose lease was over in the database is not queued again', async () => {
    const { scheduler, store, lease } = await leased({ endAttempt: async () => false });
    await scheduler.end(lease, { state: 'lapsed', reason: 'late' });
    await settle();
    expect([scheduler.queued, store.calls.lease.length]).toEqual([0, 1]);
    await scheduler.stop();
  });
});

describe('a result that is being stored', () => {
  it('keeps its lease past the deadline, and no end counts meanwhile', async () => {
    const { scheduler, store, lease } = await leased({ endAttempt: async () => true });
    lease.isSettling = true;
    await scheduler.end(lease, { state: 'refused', reason: 'no' });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(store.calls.endAttempt).toEqual([]);
    scheduler.release(lease);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(store.calls.endAttempt).toEqual([]);
    await scheduler.stop();
  });

  it('lapses after all when it could not be stored', async () => {
    const { scheduler, store, lease } = await leased({ endAttempt: async () => true });
    lease.isSettling = true;
    await vi.advanceTimersByTimeAsync(8000);
    lease.isSettling = false;
    await vi.advanceTimersByTimeAsync(1000);
    expect(store.calls.endAttempt).toMatchObject([{ state: 'lapsed' }]);
    await scheduler.stop();
  });
});

describe('jobs that wait too long', () => {
  it.each([
    ['nobody can do them', false, 'No node that can do this is online'],
    ['all are busy', true, 'All nodes that can do this are busy'],
  ])('fail and say that %s', async (_, isServed, message) => {
    const { scheduler, store } = schedule({ failQueued: async () => true });
    if (isServed) scheduler.pool.add(createLink(), { scrape: 0, execute: 1, session: 0 });
    const [old, young] = [queuedJob({ queuedAt: 1000 }), queuedJob({ queuedAt: 1002 })];
    scheduler.enqueue([old, young]);
    vi.setSystemTime(6000);
    scheduler.failStale();
    expect(store.calls.failQueued).toEqual([]);
    vi.setSystemTime(6001);
    scheduler.failStale();
    expect(store.calls.failQueued).toEqual([
      { jobId: old.id, failure: { code: 'NO_NODE_AVAILABLE', message } },
    ]);
    expect(scheduler.queued).toBe(1);
    await scheduler.stop();
  });
});

describe('adopt', () => {
  const held = (nodeId: NodeId, deadline: number): LiveJob => ({
    ...queuedJob({ attempts: 1 }),
    attempt: { id: crypto.randomUUID() as AttemptId, nodeId, deadline, readyAt: null, closedAt: null },
  });

  it('takes up waiting jobs and leases, names who holds them, and takes nothing twice', async () => {
    const { scheduler, store } = schedule({});
    const node = createLink();
    const [leased, waiting] = [held(node.nodeId, 9000), { ...queuedJob(), attempt: null }];
    expect([...scheduler.adopt([leased, waiting])]).toEqual([node.nodeId]);
    expect([...scheduler.adopt([leased, waiting])]).toEqual([]);
    expect([scheduler.leases.size, scheduler.queued]).toEqual([1, 1]);
    scheduler.pool.add(node, { scrape: 0, execute: 1, session: 0 });
    scheduler.pump();
    await settle();
    expect(store.calls.lease).toEqual([]);
    await scheduler.stop();
  });

  it('leaves a job alone whose row is being written', async () => {
    let written = (_: number | null): void => undefined;
    const { scheduler, store } = schedule({ lease: () => new Promise((resolve) => (written = resolve)) });
    const link = connect(scheduler);
    const job = queuedJob();
    scheduler.enqueue([job]);
    scheduler.adopt([{ ...job, attempt: null }]);
    expect(scheduler.queued).toBe(0);
    written(1);
    await settle();
    expect([link.sent.length, store.calls.lease.length]).toEqual([1, 1]);
    await scheduler.stop();
  });

  it('ends at once a lease whose deadline passed while the router was down', async () => {
    const { scheduler, store } = schedule({ endAttempt: async () => true });
    scheduler.adopt([held('gone' as NodeId, 500)]);
    await settle();
    expect(store.calls.endAttempt).toMatchObject([{ state: 'lapsed', reason: 'the deadline passed' }]);
    expect(scheduler.queued).toBe(1);
    await scheduler.stop();
  });
});

it('starts nothing after a stop, waits for what is being written, and leaves no timer', async () => {
  let written = (_: number | null): void => undefined;
  const { scheduler, store } = schedule({ lease: () => new Promise((resolve) => (written = resolve)) });
  connect(scheduler);
  scheduler.enqueue([queuedJob()]);
  let isStopped = false;
  const stopped = scheduler.stop().then(() => {
    isStopped = true;
  });
  scheduler.enqueue([queuedJob()]);
  await settle();
  expect([isStopped, store.calls.lease.length]).toEqual([false, 1]);
  written(null);
  await stopped;
  expect(vi.getTimerCount()).toBe(0);
});
