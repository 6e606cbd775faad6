import { commitmentMemo, parseJobId, sha256Hex } from '@watt/shared';
import { afterEach, expect, test } from 'vitest';
import { createWatt } from '../src/index.ts';
import { createScriptedPayer } from './scripted-payer.ts';
import { type Scripted, type ScriptedRouter, startScriptedRouter } from './scripted-router.ts';
import { createFastRuntime, JOB, problem, UNPAID } from './watt-harness.ts';

let router: ScriptedRouter | null = null;
afterEach(async () => {
  await router?.close();
  router = null;
});

const viewOf = (state: string, more: object = {}) => ({
  status: 200,
  body: {
    ...{
      success: true,
      session_id: JOB,
      job_id: JOB,
      state,
      node: 'the node',
      minutes: 10,
      minutes_begun: 1,
    },
    ...{ ready_at: '2026-01-01T00:00:00.000Z', expires_at: '2026-01-01T00:10:00.000Z', ...more },
  },
});
const answerOf = (callId: string) => ({
  status: 200,
  body: {
    ...{ success: true, session_id: JOB, call_id: callId },
    output: { stdout: '', stderr: '', value: '42' },
    metadata: { execution_ms: 1 },
    proof: { statement: '{}', signature: '' },
  },
});
const accepted = (answer: { body: object }) => ({ ...answer, status: 202, headers: { 'retry-after': '2' } });

async function setUp(...script: Scripted[]) {
  router = await startScriptedRouter(script);
  return { router, watt: createWatt({ baseUrl: router.url, runtime: createFastRuntime() }) };
}
const open = (watt: ReturnType<typeof createWatt>) =>
  watt.openSession({ language: 'python', minutes: 10 }, { jobId: JOB });

test('waits until it is ready, and repeats a call with its id until it is answered', async () => {
  const { router, watt } = await setUp(
    accepted(viewOf('queued')),
    ...[viewOf('starting'), viewOf('ready')],
    ...[problem(503, 'UNAVAILABLE'), 'hang up' as const],
    accepted({ body: { success: true, state: 'waiting' } }),
    answerOf('c'),
  );
  const session = await open(watt);
  expect(session).toMatchObject({
    id: JOB,
    node: 'the node',
    expiresAt: new Date('2026-01-01T00:10:00.000Z'),
  });
  expect(await session.run('6 * 7', { timeout: 5 })).toMatchObject({
    ok: true,
    value: '42',
    program: '6 * 7',
  });
  const calls = router.seen.filter(({ path }) => path === `/api/v1/sessions/${JOB}/calls`);
  expect(calls).toHaveLength(4);
  expect(new Set(calls.map(({ body }) => body)).size).toBe(1);
  expect(JSON.parse(calls[0]?.body ?? '{}')).toMatchObject({
    code: '6 * 7',
    timeout: 5,
    call_id: expect.any(String),
  });
  expect(router.left()).toBe(0);
});

test('says with its ticket why a session could not begin, and that one has ended', async () => {
  const { watt } = await setUp(
    accepted(viewOf('queued')),
    viewOf('failed', { code: 'NODE_FAILED', error: 'The session was lost' }),
    ...[viewOf('ready'), problem(410, 'SESSION_ENDED')],
  );
  await expect(open(watt)).rejects.toMatchObject({
    code: 'NODE_FAILED',
    ticket: { service: 'sessions', jobId: JOB },
  });
  const session = await open(watt);
  await expect(session.run('1')).rejects.toMatchObject({ code: 'SESSION_ENDED', status: 410 });
});

test('pays by the commitment memo, also where plain memos are wished for', async () => {
  const payer = createScriptedPayer();
  router = await startScriptedRouter([UNPAID, viewOf('ready')]);
  const watt = createWatt({ baseUrl: router.url, runtime: createFastRuntime(), payer, payWith: 'memo' });
  const session = await open(watt);
  const id = parseJobId(JOB);
  expect(session.ticket.payment?.memo).toBe(id && commitmentMemo(id, sha256Hex(session.ticket.body)));
  await expect(watt.resume(session.ticket)).rejects.toThrow(TypeError);
});
