import { LIMITS, type SessionCallPayload, SessionPayloadSchema, sha256Hex } from '@watt/shared';
import { Compile } from 'typebox/compile';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Kernel, KernelEnd } from '../sandbox/session/kernel-task.ts';
import { LiveSession } from './live-session.ts';

const payloadCheck = Compile(SessionPayloadSchema);
const STOPPED: KernelEnd = { how: 'stopped', message: 'Closed.', cpuMs: 12, memoryMb: 9.5 };
const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A session whose kernel answers when the test says so. */
function scripted() {
  const sent: { type: string; call_id?: string; body: string | undefined }[] = [];
  const calls: { code: string; answer(value: string): void }[] = [];
  let isConnected = true;
  let isAlive = true;
  let end: (how: KernelEnd) => void = () => {};
  const ended = new Promise<KernelEnd>((resolve) => {
    end = (how) => {
      isAlive = false;
      resolve(how);
    };
  });
  const kernel: Kernel = {
    ended,
    get isAlive() {
      return isAlive;
    },
    call: ({ code }) =>
      new Promise((resolve) => {
        calls.push({ code, answer: (value) => resolve(payloadOf(value)) });
        void ended.then(() => resolve({ ...payloadOf(null), success: false, code: 'SESSION_ENDED' }));
      }),
    stop: async () => end(STOPPED),
  };
  const session = new LiveSession({
    job: { attempt_id: idOf(0), job_id: idOf(1) },
    request: { language: 'python', memory_mb: 128, session: { minutes: 2 } },
    ...{ kernel, node: 'node', clock: Date.now },
    send(message, body) {
      if (isConnected) sent.push({ ...message, body });
      return isConnected;
    },
  });
  const connect = (state: boolean) => {
    isConnected = state;
  };
  return { session, sent, calls, end, connect };
}

function payloadOf(value: string | null): SessionCallPayload {
  return { success: true, output: { stdout: '', stderr: '', value }, metadata: { execution_ms: 1 } };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

async function resultOf(session: LiveSession) {
  const { outcome, payload, retryable } = await session.over();
  const read: unknown = JSON.parse(payload);
  return { outcome, retryable, payload: payloadCheck.Check(read) ? read : null };
}

test('calls run one after the other, in order, each id once', async () => {
  const { session, sent, calls } = scripted();
  expect(sent).toMatchObject([{ type: 'session_ready' }]);
  for (const number of [2, 3, 2])
    expect(session.call(idOf(number), { code: `${number}`, timeout: 5 })).toBe(true);
  await settle();
  expect(calls.map(({ code }) => code)).toEqual(['2']);
  calls[0]?.answer('two');
  await settle();
  expect(calls.map(({ code }) => code)).toEqual(['2', '3']);
  // Asked again once it is answered: the same answer, and not run again.
  session.call(idOf(2), { code: '2', timeout: 5 });
  calls[1]?.answer('three');
  await settle();
  expect(calls).toHaveLength(2);
  const answers = sent.slice(1);
  expect(answers.map((one) => one.call_id)).toEqual([idOf(2), idOf(2), idOf(3)]);
  expect(answers[0]).toEqual(answers[1]);
  expect(answers[0]).toMatchObject({ type: 'call_result', node: 'node', code_sha256: sha256Hex('2') });
  session.end('closed');
  expect((await resultOf(session)).payload?.data).toMatchObject({
    ended: 'closed',
    calls: [2, 3].map((number, at) => ({
      call_id: idOf(number),
      code_sha256: sha256Hex(`${number}`),
      result_sha256: sha256Hex(answers[at * 2]?.body ?? ''),
    })),
  });
});

test('no more wait than may', async () => {
  const { session } = scripted();
  const took = Array.from({ length: LIMITS.sessionCallsWaiting + 2 }, (_, number) =>
    session.call(idOf(number), { code: 'x', timeout: 5 }),
  );
  expect(took.filter((one) => one)).toHaveLength(LIMITS.sessionCallsWaiting + 1);
  session.end('closed');
  expect((await resultOf(session)).payload?.data.calls).toHaveLength(1);
});

test('what could not be sent is sent with the next connection', async () => {
  const { session, sent, calls, connect } = scripted();
  session.call(idOf(2), { code: 'x', timeout: 5 });
  connect(false);
  calls[0]?.answer('two');
  await settle();
  expect(session.unsent).toHaveLength(1);
  connect(true);
  session.announce();
  expect(sent.map(({ type }) => type)).toEqual(['session_ready', 'session_ready', 'call_result']);
  expect(session.unsent).toEqual([]);
  session.end('closed');
  await session.over();
});

test('its minutes end it, with what runs then', async () => {
  const { session, sent } = scripted();
  session.call(idOf(2), { code: 'x', timeout: 300 });
  await vi.advanceTimersByTimeAsync(119_999);
  expect(sent).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(JSON.parse(sent[1]?.body ?? '')).toMatchObject({ success: false, code: 'SESSION_ENDED' });
  const { payload } = await resultOf(session);
  expect(payload?.data).toMatchObject({ ended: 'expired', calls: [{ call_id: idOf(2) }] });
  expect(payload?.metadata).toMatchObject({ alive_ms: 120_000, cpu_ms: 12, memory_used_mb: 9.5 });
});

test('so many calls and no more', async () => {
  const { session, calls } = scripted();
  for (let number = 0; number < LIMITS.sessionCalls; number += 1) {
    session.call(idOf(number), { code: 'x', timeout: 5 });
    calls[number]?.answer('x');
    await settle();
  }
  const { payload } = await resultOf(session);
  expect(payload?.data.ended).toBe('calls_used_up');
  expect(payload?.data.calls).toHaveLength(LIMITS.sessionCalls);
});

test.each([
  ['exited', 'kernel_exited'],
  ['hung', 'kernel_hung'],
  ['out_of_memory', 'out_of_memory'],
] as const)('a kernel that ended by itself: %s', async (how, ended) => {
  const { session, end } = scripted();
  end({ how, message: 'It ended.', cpuMs: null, memoryMb: 1 });
  expect(await resultOf(session)).toMatchObject({
    outcome: 'completed',
    payload: { data: { ended, calls: [] } },
  });
});

test('calls that wait when the kernel ends are not answered', async () => {
  const { session, sent, end } = scripted();
  for (const number of [2, 3]) session.call(idOf(number), { code: 'x', timeout: 5 });
  end({ how: 'exited', message: 'It ended.', cpuMs: null, memoryMb: 1 });
  expect((await resultOf(session)).payload?.data.calls).toMatchObject([{ call_id: idOf(2) }]);
  expect(sent.map(({ type, call_id }) => call_id ?? type)).toEqual(['session_ready', idOf(2)]);
});

test('a container that was taken away is the node’s failure, and nobody else can go on with it', async () => {
  const { session, end } = scripted();
  end({ how: 'lost', message: 'It is gone.' });
  expect(await session.over()).toMatchObject({ outcome: 'failed', retryable: false });
});
