import { setTimeout as sleep } from 'node:timers/promises';
import { createJobId, LIMITS, verifySessionCall } from '@watt/shared';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { expectProblem } from '../http/expect-problem.ts';
import type { Answered } from '../http/start-server.ts';
import { PATH, type SessionMarket, startSessionMarket } from './session-market.ts';
import { echo } from './session-node.ts';

const ASYNC = { prefer: 'respond-async' };
let market: SessionMarket;

beforeAll(async () => {
  market = await startSessionMarket({ NODE_RESUME_MS: '60000' });
});
afterEach(() => market.stopNodes());
afterAll(() => market?.[Symbol.asyncDispose]());

const close = (id: string) => market.server.send('DELETE', `${PATH}/${id}`);
const call = (id: string, body: object, headers: Record<string, string> = {}) =>
  market.server.send('POST', `${PATH}/${id}/calls`, body, headers);
async function open(): Promise<string> {
  const agent = await market.agent(5000);
  const opened = await agent.open();
  expect(opened).toMatchObject({ status: 200, json: { state: 'ready' } });
  return opened.json.session_id;
}
const codesOf = (answers: Answered[]) => answers.map(({ status, json }) => json.code ?? status);

it('answers with what the node signed, which the receipt of the session proves afterwards', async () => {
  await market.node({
    run: (code) => ({
      ...echo(code),
      ...(code === 'boom' && { success: false, code: 'EXECUTION_ERROR' as const, error: 'as it should' }),
    }),
  });
  const id = await open();
  const [good, bad] = [await call(id, { code: 'x = "Ünïcode 🎉"' }), await call(id, { code: 'boom' })];
  expect(good).toMatchObject({
    status: 200,
    json: { success: true, session_id: id, output: { stdout: 'ran x = "Ünïcode 🎉"\n', value: null } },
  });
  expect(bad).toMatchObject({ status: 200, json: { success: false, code: 'EXECUTION_ERROR' } });
  await close(id);
  const { result } = (await market.server.send('GET', `/api/v1/jobs/${id}`)).json;
  const receipt = (await market.server.send('GET', `/api/v1/jobs/${id}/receipt`)).json;
  const check = (answer: object, code: string, session: object = result) =>
    verifySessionCall(receipt, {
      router: market.server.routerKey.publicKey,
      session: session as Record<string, unknown>,
      answer: answer as Record<string, unknown> & { proof: { statement: string; signature: string } },
      code,
    });
  expect(check(good.json, 'x = "Ünïcode 🎉"')).toMatchObject({ valid: true });
  expect(check(bad.json, 'boom')).toMatchObject({ valid: true });
  expect(check(good.json, 'boom')).toMatchObject({ valid: false });
  expect(
    check({ ...good.json, output: { ...good.json.output, stdout: '' } }, 'x = "Ünïcode 🎉"'),
  ).toMatchObject({
    valid: false,
  });
  expect(check({ ...good.json, proof: bad.json.proof }, 'x = "Ünïcode 🎉"')).toMatchObject({ valid: false });
  const shorter = { ...result, data: { ...result.data, calls: result.data.calls.slice(1) } };
  expect(check(good.json, 'x = "Ünïcode 🎉"', shorter)).toMatchObject({ valid: false });
});

it('runs a call once, however often and by however many it is asked for', async () => {
  const node = await market.node({ onCall: 'hold' });
  const id = await open();
  const callId = createJobId();
  const body = { call_id: callId, code: 'once' };
  const calls = [call(id, body), call(id, body), call(id, body)];
  await expect.poll(() => node.asked.length).toBe(1);
  expectProblem(await call(id, { call_id: callId, code: 'other' }), 409, 'CALL_ID_CONFLICT');
  expect(await call(id, body, ASYNC)).toMatchObject({
    status: 202,
    json: { call_id: callId, state: 'waiting' },
  });
  node.answer(callId);
  const answers = await Promise.all(calls);
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  node.manners.onCall = 'answer';
  const { proof: _, ...again } = (await call(id, body)).json;
  expect(answers[0]?.json).toMatchObject(again);
  expectProblem(await call(id, { call_id: callId, code: 'other' }), 409, 'CALL_ID_CONFLICT');
  expect(node.ran).toEqual(['once']);
  await close(id);
});

it('goes on when its caller hangs up, and is fetched by its id', async () => {
  const node = await market.node({ onCall: 'hold' });
  const id = await open();
  const callId = createJobId();
  const gone = new AbortController();
  const hung = fetch(`${market.server.router.url}${PATH}/${id}/calls`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ call_id: callId, code: 'long' }),
    signal: gone.signal,
  }).catch(() => 'gone');
  await expect.poll(() => node.asked.length).toBe(1);
  gone.abort();
  expect(await hung).toBe('gone');
  node.answer(callId);
  node.manners.onCall = 'answer';
  expect(await call(id, { call_id: callId, code: 'long' })).toMatchObject({
    status: 200,
    json: { output: { stdout: 'ran long\n' } },
  });
  expect(node.ran).toEqual(['long']);
  await close(id);
});

it('lets so many wait and no more, and tells them when the session ends', async () => {
  const node = await market.node({ onCall: 'hold' });
  const id = await open();
  const most = LIMITS.sessionCallsWaiting + 1;
  const calls = Array.from({ length: most }, (_, index) => call(id, { code: `${index}` }));
  await expect.poll(() => node.asked.length).toBe(most);
  const busy = await call(id, { code: 'one more' });
  expectProblem(busy, 429, 'SESSION_BUSY');
  expect(busy.headers['retry-after']).toBeDefined();
  expect((await market.server.send('GET', `${PATH}/${id}`)).json.calls).toEqual({
    answered: 0,
    waiting: most,
  });
  node.answer(node.asked[0] ?? '');
  await Promise.race(calls);
  await close(id);
  const answers = await Promise.all(calls);
  expect(codesOf(answers).filter((code) => code === 200)).toHaveLength(1);
  expect(codesOf(answers).filter((code) => code === 'SESSION_ENDED')).toHaveLength(most - 1);
  const late = expectProblem(await call(id, { code: 'late' }), 410, 'SESSION_ENDED');
  expect(late).toMatchObject({ state: 'ended', ended: 'closed', watt_charged: 500, session_id: id });
});

it('asks the node again when it was away, and once more after the router was', async () => {
  const node = await market.node({ onCall: 'hold' });
  const id = await open();
  const [first, second] = [createJobId(), createJobId()];
  const waiting = call(id, { call_id: first, code: 'away' });
  await expect.poll(() => node.asked.length).toBe(1);
  node.drop();
  node.manners.onCall = 'answer';
  await node.connect(market.server.router.url);
  node.ready(id);
  expect(await waiting).toMatchObject({ status: 200, json: { output: { stdout: 'ran away\n' } } });

  node.manners.onCall = 'hold';
  const cut = call(id, { call_id: second, code: 'restart' });
  await expect.poll(() => node.asked.length).toBe(3);
  node.answer(second);
  await cut;
  await market.server.restart();
  node.manners.onCall = 'answer';
  expectProblem(await call(id, { call_id: second, code: 'restart' }), 503, 'UNAVAILABLE');
  await node.connect(market.server.router.url);
  node.ready(id);
  expect(await call(id, { call_id: second, code: 'restart' })).toMatchObject({ status: 200 });
  // The router has forgotten what the id stood for; the node has not.
  expectProblem(await call(id, { call_id: first, code: 'restart' }), 409, 'CALL_ID_CONFLICT');
  expect(node.ran).toEqual(['away', 'restart']);
  expect((await close(id)).json).toMatchObject({ state: 'ended' });
});

it('ends the session for nothing when its node answers what is no answer', async () => {
  const node = await market.node({ run: () => ({ success: true }) as never });
  const id = await open();
  expectProblem(await call(id, { code: '1' }), 410, 'SESSION_ENDED');
  expect((await market.server.send('GET', `${PATH}/${id}`)).json).toMatchObject({
    state: 'failed',
    watt_charged: 0,
  });
  await expect.poll(() => node.cancelled.length).toBe(1);
});

it('counts a session as over when a call was its last', async () => {
  const node = await market.node({
    onClose: 'ignore',
    run: (code) => ({ ...echo(code), success: false, code: 'SESSION_ENDED', error: 'the kernel is gone' }),
  });
  const id = await open();
  expect(await call(id, { code: 'exit()' })).toMatchObject({ status: 200, json: { code: 'SESSION_ENDED' } });
  await expect.poll(async () => (await call(id, { code: '1' })).status).toBe(410);
  market.pass(5 * 60_000);
  node.end(id, 'kernel_exited');
  const ended = await close(id);
  expect(ended.json).toMatchObject({ state: 'ended', ended: 'kernel_exited', minutes_begun: 1 });
});

it('refuses what is no call, and knows no other job’s id', async () => {
  await market.node();
  const id = await open();
  for (const body of [{}, { code: '' }, { code: '1', timeout: 301 }, { code: '1', call_id: 'one' }]) {
    expectProblem(await call(id, body), 400, 'INVALID_REQUEST');
  }
  expectProblem(await call(id, { code: 'é'.repeat(600_000) }), 400, 'INVALID_REQUEST');
  for (const unknown of [createJobId(), 'session']) {
    expectProblem(await call(unknown, { code: '1' }), 404, 'JOB_NOT_FOUND');
    expectProblem(await market.server.send('GET', `${PATH}/${unknown}`), 404, 'JOB_NOT_FOUND');
    expectProblem(await close(unknown), 404, 'JOB_NOT_FOUND');
  }
  await close(id);
});

it('gives each session a slot of its own lane', async () => {
  const node = await market.node({ slots: 1 });
  const id = await open();
  const agent = await market.agent(5000);
  const { session_id: second } = (await agent.open({}, ASYNC)).json;
  await sleep(300);
  expect((await market.server.send('GET', `${PATH}/${second}`)).json.state).toBe('queued');
  await close(id);
  await expect
    .poll(async () => (await market.server.send('GET', `${PATH}/${second}`)).json.state, { timeout: 10_000 })
    .toBe('ready');
  expect(node.jobs.map((job) => job.job_id)).toEqual([id, second]);
  await close(second);
});
