import {
  type SessionCall,
  type SessionCallPayload,
  type SessionPayload,
  SessionPayloadSchema,
  sha256Hex,
} from '@watt/shared';
import { Compile } from 'typebox/compile';
import { afterAll, expect, test } from 'vitest';
import { eventually } from '../../connection/eventually.ts';
import {
  ackOf,
  jobOf,
  type Peer,
  type ScriptedRouter,
  startScriptedRouter,
} from '../../connection/scripted-router.ts';
import { startNode } from '../../connection/start-node.ts';
import { docker, realImage } from '../real-sandbox.ts';
import { realKernels } from './real-kernels.ts';

const image = await realImage();
const { sandbox } = realKernels(image ?? '');
afterAll(() => sandbox.close());

const payloadCheck = Compile(SessionPayloadSchema);
const idOf = (number: number) => `00000000-0000-4000-9000-${String(number).padStart(12, '0')}`;
const sessionOf = (change = {}) =>
  jobOf(
    { service: 'execute', deadline: Date.now() + 20 * 60_000, ...change },
    { language: 'python', memory_mb: 128, session: { minutes: 10 } },
  );

function startSessionNode(router: ScriptedRouter) {
  const execute = {
    ...{ slots: 1, languages: ['python' as const], max_memory_mb: 512, runtime: 'runc' },
    sessions: { slots: 1, languages: ['python' as const] },
  };
  return startNode(router, {
    workers: { capabilities: { scrape: null, execute }, startKernel: sandbox.startKernel },
  });
}

function ask(peer: Peer, attemptId: string, number: number, code: string, timeout = 10) {
  const body = JSON.stringify({ code, timeout } satisfies SessionCall);
  peer.send({ type: 'call', attempt_id: attemptId, call_id: idOf(number) }, body);
}

async function answer(peer: Peer) {
  const { body, ...header } = await peer.next('call_result');
  return { header, body: body ?? '', payload: JSON.parse(body ?? '') as SessionCallPayload };
}

async function resultOf(peer: Peer): Promise<SessionPayload> {
  const { outcome, body } = await peer.next('result');
  const payload: unknown = JSON.parse(body ?? '');
  if (outcome !== 'completed' || !payloadCheck.Check(payload)) throw new Error(`${outcome}: ${body}`);
  return payload;
}

const containersOf = (jobId: string) => docker.list(`watt.job=${jobId}`);

test.skipIf(image === null)('a session is leased, called, repeated and closed', async () => {
  await using router = await startScriptedRouter();
  await using running = await startSessionNode(router);
  const peer = await router.accept();
  const [job, body] = sessionOf();
  const { attempt_id } = job;
  peer.send(job, body);
  expect(await peer.next('session_ready')).toMatchObject({ attempt_id });

  ask(peer, attempt_id, 1, 'runs = 1');
  ask(peer, attempt_id, 2, 'runs += 1; runs');
  const first = await answer(peer);
  const second = await answer(peer);
  expect(first.header).toMatchObject({
    ...{ node: running.key.publicKey, attempt_id, job_id: job.job_id, call_id: idOf(1) },
    code_sha256: sha256Hex('runs = 1'),
    body_sha256: sha256Hex(first.body),
  });
  expect(second.payload).toMatchObject({ success: true, output: { value: '2' } });
  // Repeated, it is answered with what it came to, and not run again.
  ask(peer, attempt_id, 2, 'runs += 1; runs');
  expect((await answer(peer)).body).toBe(second.body);
  ask(peer, attempt_id, 3, 'runs');
  expect((await answer(peer)).payload.output.value).toBe('2');

  // There is one slot for sessions, whatever there is for programs.
  const [other, otherBody] = sessionOf();
  peer.send(other, otherBody);
  expect(await peer.next('refuse')).toMatchObject({ attempt_id: other.attempt_id, reason: 'busy' });

  peer.send({ type: 'close_session', attempt_id });
  const { data, metadata } = await resultOf(peer);
  expect(data.ended).toBe('closed');
  expect(data.calls.map((call) => call.call_id)).toEqual([1, 2, 3].map(idOf));
  expect(data.calls[1]).toMatchObject({
    code_sha256: sha256Hex('runs += 1; runs'),
    result_sha256: sha256Hex(second.body),
  });
  expect(metadata.cpu_ms).toBeGreaterThan(0);
  peer.send(ackOf(attempt_id));
  await eventually(() => running.node.status().unacknowledged).toBe(0);
});

test.skipIf(image === null)('a connection that breaks costs nothing', async () => {
  await using router = await startScriptedRouter();
  await using _ = await startSessionNode(router);
  const before = await router.accept();
  const [job, body] = sessionOf();
  const { attempt_id } = job;
  before.send(job, body);
  await before.next('session_ready');
  ask(before, attempt_id, 1, 'runs = 1; import time; time.sleep(1); runs');
  ask(before, attempt_id, 2, 'runs += 1; runs');
  before.socket.terminate();

  const peer = await router.greet();
  expect(peer.hello.leases).toEqual([attempt_id]);
  peer.send({ type: 'welcome', leases: [attempt_id], heartbeat_ms: 60_000 });
  expect(await peer.next('session_ready')).toMatchObject({ attempt_id });
  for (const number of [1, 2]) ask(peer, attempt_id, number, 'not run');
  const bodies = new Map<string, string>();
  while (bodies.size < 2) {
    const { header, body: said } = await answer(peer);
    bodies.set(header.call_id, said);
  }
  expect([1, 2].map((number) => JSON.parse(bodies.get(idOf(number)) ?? '').output.value)).toEqual(['1', '2']);
  ask(peer, attempt_id, 3, 'exit()');
  expect((await answer(peer)).payload).toMatchObject({ success: false, code: 'SESSION_ENDED' });
  expect((await resultOf(peer)).data).toMatchObject({ ended: 'kernel_exited', calls: { length: 3 } });
});

test.skipIf(image === null).each([
  [
    'cancelled',
    (peer: Peer, attempt_id: string) => peer.send({ type: 'cancel', attempt_id, reason: 'over' }),
  ],
  ['not listed any more', (peer: Peer) => peer.send({ type: 'leases', leases: [] })],
])('a session that is %s ends without a result', async (_, end) => {
  await using router = await startScriptedRouter();
  await using running = await startSessionNode(router);
  const peer = await router.accept();
  const [job, body] = sessionOf();
  peer.send(job, body);
  await peer.next('session_ready');
  expect(await containersOf(job.job_id)).toMatchObject([{ running: true }]);
  ask(peer, job.attempt_id, 1, 'while True: pass', 60);
  end(peer, job.attempt_id);
  await eventually(() => running.node.status().running.length).toBe(0);
  await expect.poll(() => containersOf(job.job_id), { timeout: 20_000 }).toEqual([]);
  expect(peer.seen).not.toContain('result');
});

test.skipIf(image === null)('what a node cannot serve is refused', async () => {
  await using router = await startScriptedRouter();
  await using _ = await startSessionNode(router);
  const peer = await router.accept();
  for (const [request, reason] of [
    [{ language: 'javascript', memory_mb: 128, session: { minutes: 10 } }, 'unsupported'],
    [{ language: 'python', memory_mb: 4096, session: { minutes: 10 } }, 'unsupported'],
    [{ language: 'python', memory_mb: 128, session: { minutes: 1000 } }, 'invalid'],
    [{ language: 'python', memory_mb: 128, session: {} }, 'invalid'],
  ] as const) {
    const [job, body] = jobOf({ service: 'execute' }, request);
    peer.send(job, body);
    expect(await peer.next('refuse')).toMatchObject({ attempt_id: job.attempt_id, reason });
  }
});
