import { type AttemptId, createAttemptId, type Hello } from '@watt/shared';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createLink,
  createStore,
  type FakeLink,
  leaseAll,
  queuedJob,
  resultOf,
} from '../../test/harness/dispatch-fakes.ts';
import type { OutgoingJob } from '../hub/hub-handlers.ts';
import { createOutputStreams, type OutputEvent } from '../jobs/jobs.ts';
import { createCallBook } from '../sessions/sessions.ts';
import { Dispatcher } from './dispatcher.ts';
import type { DispatchStore } from './store.ts';

beforeEach(() => vi.useFakeTimers({ now: 1000 }));
afterEach(() => vi.useRealTimers());
const settle = () => vi.advanceTimersByTimeAsync(0);

async function dispatch(planned: Partial<DispatchStore> = {}) {
  const store = createStore({
    adopt: async () => [],
    nodeOnline: async () => undefined,
    nodeState: async () => undefined,
    lease: leaseAll(),
    ...planned,
  });
  const outputs = createOutputStreams();
  const dispatcher: Dispatcher = new Dispatcher({
    store,
    outputs,
    calls: createCallBook({ send: (jobId, call) => dispatcher.sendCall(jobId, call) }),
    shares: { nodeBps: 7000, burnBps: 15 },
    queueMs: 60_000,
    leaseExtraMs: 60_000,
    maxAttempts: 3,
    resumeMs: 500,
    clock: Date.now,
    random: () => 0,
    logger: pino({ level: 'silent' }),
  });
  await dispatcher.start();
  const hello = async (link: FakeLink) => {
    const decision = await dispatcher.onHello(link.hello, link);
    await settle();
    return decision;
  };
  return { dispatcher, store, outputs, hello };
}

/** A dispatcher with one node that holds one job. */
async function withLease(planned: Partial<DispatchStore> = {}) {
  const all = await dispatch(planned);
  const link = createLink();
  const job = queuedJob();
  await all.hello(link);
  all.dispatcher.enqueue([job]);
  await settle();
  const attemptId = link.sent[0]?.attemptId as AttemptId;
  return { ...all, link, job, attemptId };
}

const back = (link: FakeLink, more: Partial<Hello>) =>
  createLink(link.hello.capabilities, { node: link.nodeId, ...more });

describe('a result', () => {
  it('is stored with the money it earns, and pays once', async () => {
    const { dispatcher, store, link, job, attemptId } = await withLease({ complete: async () => true });
    const result = resultOf(job, { attemptId });
    expect(await dispatcher.onResult(link, result)).toEqual({ verdict: 'paid', earned: '70', message: '' });
    expect(store.calls.complete).toMatchObject([
      {
        jobId: job.id,
        attemptId,
        nodeId: link.nodeId,
        nodeShare: 70n,
        burnShare: 1n,
        payload: result.payload,
      },
    ]);
    expect(dispatcher.figures()).toEqual({ nodes: 1, queued: 0, running: 0, sessions: 0 });
    await dispatcher.stop();
  });

  it.each([
    [null, { verdict: 'unknown', earned: '0' }],
    [
      { state: 'succeeded', reason: null, nodeShare: 70n },
      { verdict: 'paid', earned: '70' },
    ],
    [
      { state: 'lapsed', reason: 'the node vanished', nodeShare: 70n },
      { verdict: 'late', earned: '0' },
    ],
    [
      { state: 'refused', reason: null, nodeShare: 70n },
      { verdict: 'late', earned: '0' },
    ],
  ] as const)('without a lease is judged by what became of it: %o', async (past, verdict) => {
    const { dispatcher } = await dispatch({ pastAttempt: async () => past });
    const result = resultOf(queuedJob(), { attemptId: crypto.randomUUID() });
    expect(await dispatcher.onResult(createLink(), result)).toMatchObject(verdict);
    await dispatcher.stop();
  });

  it('that cannot be judged yet is not acknowledged, so that it comes again', async () => {
    const past = { state: 'leased', reason: null, nodeShare: 70n } as const;
    const { dispatcher } = await dispatch({ pastAttempt: async () => past });
    await expect(
      dispatcher.onResult(createLink(), resultOf(queuedJob(), { attemptId: 'x' })),
    ).rejects.toThrow();
    await dispatcher.stop();
  });

  it('of another node takes nobody’s lease', async () => {
    const { dispatcher, store, job, attemptId } = await withLease({ pastAttempt: async () => null });
    const thief = createLink();
    expect(await dispatcher.onResult(thief, resultOf(job, { attemptId }))).toMatchObject({
      verdict: 'unknown',
    });
    expect(store.calls.complete).toEqual([]);
    expect(dispatcher.figures().running).toBe(1);
    await dispatcher.stop();
  });

  it('whose lease was over in the database is late, not paid', async () => {
    const { dispatcher, link, job, attemptId } = await withLease({
      complete: async () => false,
      pastAttempt: async () => ({ state: 'lapsed', reason: null, nodeShare: 70n }),
    });
    expect(await dispatcher.onResult(link, resultOf(job, { attemptId }))).toMatchObject({ verdict: 'late' });
    expect(dispatcher.figures().running).toBe(0);
    await dispatcher.stop();
  });

  it('that could not be stored keeps its lease, and pays when it comes again', async () => {
    let isDown = true;
    const complete = async () => {
      if (isDown) throw new Error('the database is gone');
      return true;
    };
    const { dispatcher, link, job, attemptId } = await withLease({ complete });
    const result = resultOf(job, { attemptId });
    await expect(dispatcher.onResult(link, result)).rejects.toThrow('the database is gone');
    expect(dispatcher.figures().running).toBe(1);
    isDown = false;
    expect(await dispatcher.onResult(link, result)).toMatchObject({ verdict: 'paid' });
    await dispatcher.stop();
  });

  it('that is being stored is not stored by a second copy', async () => {
    let stored = (_: boolean): void => undefined;
    const { dispatcher, store, link, job, attemptId } = await withLease({
      complete: () => new Promise((resolve) => (stored = resolve)),
      pastAttempt: async () => ({ state: 'leased', reason: null, nodeShare: 70n }),
    });
    const result = resultOf(job, { attemptId });
    const first = dispatcher.onResult(link, result);
    await expect(dispatcher.onResult(link, result)).rejects.toThrow('cannot be judged yet');
    stored(true);
    expect(await first).toMatchObject({ verdict: 'paid' });
    expect(store.calls.complete).toHaveLength(1);
    await dispatcher.stop();
  });

  it('without form sends the job to another node', async () => {
    const { dispatcher, store, link, job, attemptId } = await withLease({ endAttempt: async () => true });
    const verdict = await dispatcher.onResult(link, resultOf(job, { attemptId, text: '{}' }));
    expect(verdict).toMatchObject({ verdict: 'invalid', earned: '0' });
    expect(store.calls.endAttempt).toMatchObject([{ state: 'failed', failure: null }]);
    await dispatcher.stop();
  });

  it.each([true, false])('that says it failed (retryable: %s) charges nobody', async (retryable) => {
    const { dispatcher, store, link, job, attemptId } = await withLease({ endAttempt: async () => true });
    const payload = { success: false, code: 'NODE_FAILED', error: 'out of memory' };
    const result = resultOf(job, { attemptId, payload, header: { outcome: 'failed', retryable } });
    expect(await dispatcher.onResult(link, result)).toMatchObject({ verdict: 'unpaid', earned: '0' });
    const { failure } = store.calls.endAttempt[0] ?? {};
    if (retryable) expect(failure).toBeNull();
    else
      expect(failure).toMatchObject({
        code: 'NODE_FAILED',
        message: 'out of memory',
        answer: { payload: result.payload },
      });
    await dispatcher.stop();
  });
});

describe('a node', () => {
  it('that vanishes has a while to come back to its lease', async () => {
    const { dispatcher, store, hello, link, attemptId } = await withLease();
    dispatcher.onClose(link);
    await vi.advanceTimersByTimeAsync(499);
    const again = back(link, { leases: [attemptId] });
    expect(await hello(again)).toEqual({ accepted: true, leases: [attemptId] });
    await vi.advanceTimersByTimeAsync(5000);
    expect(store.calls.endAttempt).toEqual([]);
    expect(dispatcher.onHeartbeat(again)).toEqual([attemptId]);
    await dispatcher.stop();
  });

  it('that does not come back loses it', async () => {
    const { dispatcher, store, hello, link } = await withLease({ endAttempt: async () => true });
    const other = createLink();
    dispatcher.onClose(link);
    await hello(other);
    await vi.advanceTimersByTimeAsync(500);
    expect(store.calls.endAttempt).toMatchObject([{ state: 'lapsed', reason: 'the node vanished' }]);
    expect(other.sent).toHaveLength(1);
    await dispatcher.stop();
  });

  it('that comes back without the job loses it at once', async () => {
    const { dispatcher, store, hello, link } = await withLease({ endAttempt: async () => true });
    expect(await hello(back(link, {}))).toEqual({ accepted: true, leases: [] });
    expect(store.calls.endAttempt).toMatchObject([
      { state: 'lapsed', reason: 'the node came back without it' },
    ]);
    await dispatcher.stop();
  });

  it('keeps the lease of a result that it still has to hand in', async () => {
    const { dispatcher, hello, link, attemptId } = await withLease();
    expect(await hello(back(link, { results: [attemptId] }))).toEqual({
      accepted: true,
      leases: [attemptId],
    });
    await dispatcher.stop();
  });

  it('that connected again is not closed by the end of its first connection', async () => {
    const { dispatcher, store, hello, link, attemptId } = await withLease();
    await hello(back(link, { leases: [attemptId] }));
    dispatcher.onClose(link);
    await vi.advanceTimersByTimeAsync(5000);
    expect(dispatcher.figures()).toMatchObject({ nodes: 1, running: 1 });
    expect(store.calls.nodeState).toEqual([]);
    await dispatcher.stop();
  });

  it('that refuses gives the job back, but only its own', async () => {
    const { dispatcher, store, link, attemptId } = await withLease({ endAttempt: async () => true });
    const refusal = { attempt_id: attemptId, reason: 'busy', message: 'no slot' } as const;
    dispatcher.onRefuse(createLink(), refusal);
    dispatcher.onRefuse(link, { ...refusal, attempt_id: 'another' });
    await settle();
    expect(store.calls.endAttempt).toEqual([]);
    dispatcher.onRefuse(link, refusal);
    await settle();
    expect(store.calls.endAttempt).toMatchObject([{ state: 'refused', reason: 'busy: no slot' }]);
    await dispatcher.stop();
  });

  it('that drains finishes and gets nothing new', async () => {
    const { dispatcher, store, link, job, attemptId } = await withLease({ complete: async () => true });
    dispatcher.onDrain(link);
    dispatcher.enqueue([queuedJob()]);
    expect(await dispatcher.onResult(link, resultOf(job, { attemptId }))).toMatchObject({ verdict: 'paid' });
    await settle();
    expect(link.sent).toHaveLength(1);
    expect(store.calls.nodeState).toEqual([link.nodeId]);
    await dispatcher.stop();
  });
});

it('finds jobs that only the database knows, now and then', async () => {
  const job = queuedJob({ queuedAt: 1000 });
  let isLost = false;
  const { dispatcher, hello } = await dispatch({
    adopt: async () => (isLost ? [{ ...job, attempt: null }] : []),
    nodesSeen: async () => undefined,
  });
  const link = createLink();
  await hello(link);
  isLost = true;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(link.sent.map((sent) => sent.jobId)).toEqual([job.id]);
  await dispatcher.stop();
  expect(vi.getTimerCount()).toBe(0);
});

describe('output as it comes', () => {
  const chunk = { stream: 'stdout' as const, offset: 0, bytes: 2, text: 'hi' };

  it('is asked for when somebody watches, and reaches them from the node that has the lease', async () => {
    const { dispatcher, outputs, hello } = await dispatch({});
    const link = createLink();
    const job = queuedJob();
    const heard: OutputEvent[] = [];
    outputs.watch(job.id, (event) => void heard.push(event));
    await hello(link);
    dispatcher.enqueue([job]);
    await settle();
    const { attemptId, stream } = link.sent[0] as OutgoingJob;
    expect(stream).toBe(true);
    expect(dispatcher.onOutput(createLink(), { attemptId, ...chunk })).toBe(false);
    expect(dispatcher.onOutput(link, { attemptId: createAttemptId(), ...chunk })).toBe(false);
    expect(heard).toEqual([]);
    expect(dispatcher.onOutput(link, { attemptId, ...chunk })).toBe(true);
    expect(heard.at(-1)).toEqual({ type: 'output', stream: 'stdout', text: 'hi' });
    await dispatcher.stop();
  });

  it('is not asked for when nobody watches, and then not taken', async () => {
    const { dispatcher, link, attemptId } = await withLease();
    expect(link.sent[0]).not.toHaveProperty('stream');
    expect(dispatcher.onOutput(link, { attemptId, ...chunk })).toBe(false);
    await dispatcher.stop();
  });
});
