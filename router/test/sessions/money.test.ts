import { commitmentMemo, createJobId, sha256Hex, verifyReceipt, watt } from '@watt/shared';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { trialBalance } from '../../src/ledger/ledger.ts';
import { prepaidAgent } from '../harness/prepaid-agent.ts';
import { expectProblem } from '../http/expect-problem.ts';
import { MINUTE_MS, PATH, PRICE, type SessionMarket, startSessionMarket } from './session-market.ts';

const ASYNC = { prefer: 'respond-async' };
let market: SessionMarket;

beforeAll(async () => {
  market = await startSessionMarket();
});
afterEach(async () => {
  await market.stopNodes();
  expect(await trialBalance(sql())).toMatchObject({ balanced: true });
});
afterAll(() => market?.[Symbol.asyncDispose]());

const sql = () => market.server.db.database.sql;
const get = async (id: string) => (await market.server.send('GET', `${PATH}/${id}`)).json;
const close = (id: string) => market.server.send('DELETE', `${PATH}/${id}`);
const call = (id: string, code: string) => market.server.send('POST', `${PATH}/${id}/calls`, { code });
const receiptOf = async (id: string) => (await market.server.send('GET', `/api/v1/jobs/${id}/receipt`)).json;
const spentBy = async (keyId: string) => {
  const [row] = await sql()<{ spent: bigint }[]>`select spent from api_key_days where key_id = ${keyId}`;
  return Number(row?.spent ?? 0n) / 1e6;
};
const moved = async (id: string) =>
  Object.fromEntries(
    (
      await sql()<{ kind: string; amount: bigint }[]>`
        select kind, amount from transfers where job_id = ${id}`
    ).map(({ kind, amount }) => [kind, Number(amount) / 1e6]),
  );
const ended = (id: string) => expect.poll(() => get(id), { timeout: 20_000 });

describe('the charge', () => {
  it('is of the minutes that were begun, and the rest goes back at once', async () => {
    const node = await market.node();
    const agent = await market.agent(6000, { budget_per_day: 5000 });
    const opened = await agent.open();
    const { session_id: id } = opened.json;
    expect(opened).toMatchObject({
      status: 200,
      json: {
        state: 'ready',
        node: node.id,
        isolation: 'container',
        minutes: 10,
        price_watt: 10 * PRICE,
        calls_url: `${PATH}/${id}/calls`,
      },
    });
    expect(Date.parse(opened.json.expires_at) - Date.parse(opened.json.ready_at)).toBe(10 * MINUTE_MS);
    expect(await agent.balance()).toBe(1000);
    expect(await spentBy(agent.keyId)).toBe(5000);
    market.pass(2.2 * MINUTE_MS);
    expect(await get(id)).toMatchObject({ state: 'ready', minutes_begun: 3, cost_watt: 3 * PRICE });
    expect(await close(id)).toMatchObject({
      status: 200,
      json: {
        state: 'ended',
        ended: 'closed',
        minutes_begun: 3,
        watt_charged: 3 * PRICE,
        watt_burned: 2.25,
        refund: { watt: 7 * PRICE, to: agent.wallet },
      },
    });
    expect(await moved(id)).toEqual({
      hold: 5000,
      capture_node: 1050,
      capture_burn: 2.25,
      capture_revenue: 447.75,
      capture_unused: 3500,
    });
    expect(await agent.balance()).toBe(4500);
    expect(await spentBy(agent.keyId)).toBe(1500);
    expect(node.acks).toMatchObject([{ verdict: 'paid', earned: `${watt(1050)}` }]);
    const check = verifyReceipt(await receiptOf(id), { router: market.server.routerKey.publicKey });
    expect(check).toMatchObject({ valid: true, facts: { price: `${watt(5000)}`, charged: `${watt(1500)}` } });
  });

  it('stays what it is when the session is closed again, or its result comes again', async () => {
    const node = await market.node();
    const agent = await market.agent(5000);
    const { session_id: id } = (await agent.open()).json;
    const first = await close(id);
    market.pass(5 * MINUTE_MS);
    node.resend();
    await expect.poll(() => node.acks.length).toBe(2);
    expect(new Set(node.acks.map(({ verdict, earned }) => `${verdict} ${earned}`))).toEqual(
      new Set([`paid ${watt(350)}`]),
    );
    expect(await close(id)).toEqual({ ...first, headers: expect.anything() });
    expect(first.json).toMatchObject({ minutes_begun: 1, watt_charged: PRICE });
    expect(await agent.balance()).toBe(4500);
  });

  it('is all of the price when the time is up, and no more however late the result comes', async () => {
    const node = await market.node();
    const agent = await market.agent(1000);
    const { session_id: id } = (await agent.open({ minutes: 2 })).json;
    market.pass(59 * MINUTE_MS);
    expect(await get(id)).toMatchObject({ minutes_begun: 2, cost_watt: 1000 });
    node.end(id, 'expired');
    await ended(id).toMatchObject({ state: 'ended', ended: 'expired', watt_charged: 1000 });
    expect(await moved(id)).not.toHaveProperty('capture_unused');
    expect(await agent.balance()).toBe(0);
  });

  it('ends with the wish to close, however long the node takes', async () => {
    const node = await market.node({ onClose: 'ignore' });
    const agent = await market.agent(5000);
    const { session_id: id } = (await agent.open()).json;
    market.pass(1.5 * MINUTE_MS);
    const closing = await market.server.send('DELETE', `${PATH}/${id}`, undefined, ASYNC);
    expect(closing).toMatchObject({ status: 202, json: { state: 'closing', cost_watt: 2 * PRICE } });
    expectProblem(await call(id, '1'), 410, 'SESSION_ENDED');
    market.pass(4 * MINUTE_MS);
    node.end(id, 'closed');
    await ended(id).toMatchObject({ state: 'ended', minutes_begun: 2, watt_charged: 2 * PRICE });
  });

  it('goes by the router’s clock, whatever the node says of its own', async () => {
    const node = await market.node();
    const agent = await market.agent(5000);
    const { session_id: id } = (await agent.open()).json;
    market.pass(MINUTE_MS);
    node.end(id, 'kernel_exited', (payload) => ({
      ...payload,
      metadata: { ...payload.metadata, alive_ms: 3_600_000 },
    }));
    await ended(id).toMatchObject({ state: 'ended', ended: 'kernel_exited', minutes_begun: 2 });
  });

  it('begins with the first word of readiness, also across a restart', async () => {
    const node = await market.node();
    const agent = await market.agent(5000);
    const { session_id: id } = (await agent.open()).json;
    market.pass(1.5 * MINUTE_MS);
    await market.server.restart();
    await node.connect(market.server.router.url);
    market.pass(2 * MINUTE_MS);
    node.ready(id);
    await expect.poll(async () => (await call(id, 'again')).status, { timeout: 20_000 }).toBe(200);
    expect((await close(id)).json).toMatchObject({ minutes_begun: 4, watt_charged: 4 * PRICE });
  });
});

describe('nothing is charged', () => {
  it('when the node is lost after the session was ready, and no other node gets it', async () => {
    const [node, other] = [await market.node(), await market.node()];
    const agent = await market.agent(5000);
    const { session_id: id, node: chosen } = (await agent.open()).json;
    const [lost, idle] = chosen === node.id ? [node, other] : [other, node];
    market.pass(3 * MINUTE_MS);
    lost.drop();
    await ended(id).toMatchObject({
      state: 'failed',
      code: 'NODE_FAILED',
      watt_charged: 0,
      refund: { watt: 5000, to: agent.wallet },
    });
    expect(await agent.balance()).toBe(5000);
    expect(await spentBy(agent.keyId)).toBe(0);
    expect(idle.jobs).toEqual([]);
    expect(expectProblem(await call(id, '1'), 410, 'SESSION_ENDED')).toMatchObject({ state: 'failed' });
    expect((await close(id)).json).toMatchObject({ state: 'failed', watt_charged: 0 });
    await lost.connect(market.server.router.url);
    lost.end(id, 'closed');
    await expect.poll(() => lost.acks).toMatchObject([{ verdict: 'late', earned: '0' }]);
    const check = verifyReceipt(await receiptOf(id), { router: market.server.routerKey.publicKey });
    expect(check).toMatchObject({ valid: true, facts: { settlement: 'voided', charged: '0' } });
  });

  it('when the node comes back without it', async () => {
    const node = await market.node();
    const agent = await market.agent(5000);
    const { session_id: id } = (await agent.open()).json;
    node.drop({ forget: true });
    await node.connect(market.server.router.url);
    await ended(id).toMatchObject({ state: 'failed', code: 'NODE_FAILED' });
    expect(await agent.balance()).toBe(5000);
  });

  it.each<[string, Parameters<NonNullable<Awaited<ReturnType<SessionMarket['node']>>>['end']>[2]]>([
    ['lacks the form of a session', () => ({ success: true, output: { stdout: '' } })],
    ['leaves out a call that was answered', (p) => ({ ...p, data: { ...p.data, calls: [] } })],
    [
      'names another answer than was given',
      (p) => ({
        ...p,
        data: { ...p.data, calls: p.data.calls.map((one) => ({ ...one, result_sha256: 'f'.repeat(64) })) },
      }),
    ],
    ['names a call twice', (p) => ({ ...p, data: { ...p.data, calls: [...p.data.calls, ...p.data.calls] } })],
  ])('for a result that %s', async (_, tamper) => {
    const node = await market.node();
    const agent = await market.agent(5000);
    const { session_id: id } = (await agent.open()).json;
    expect((await call(id, '1')).status).toBe(200);
    node.end(id, 'closed', tamper);
    await ended(id).toMatchObject({ state: 'failed', watt_charged: 0 });
    expect(node.acks).toMatchObject([{ verdict: 'invalid', earned: '0' }]);
    expect(await agent.balance()).toBe(5000);
  });

  it('when the node says that it lost the kernel', async () => {
    const node = await market.node();
    const agent = await market.agent(5000);
    const { session_id: id } = (await agent.open()).json;
    market.pass(MINUTE_MS);
    node.fail(id);
    await ended(id).toMatchObject({ state: 'failed', code: 'NODE_FAILED', error: 'the kernel is lost' });
    expect(node.acks).toMatchObject([{ verdict: 'unpaid', earned: '0' }]);
    expect(node.jobs).toHaveLength(1);
    expect(await agent.balance()).toBe(5000);
  });

  it('for a session that ended before it was ready: another node gets it', async () => {
    const liar = await market.node({ onJob: 'hold' });
    const agent = await market.agent(5000);
    const opening = agent.open();
    await expect.poll(() => liar.jobs.length).toBe(1);
    const id = liar.jobs[0]?.job_id ?? '';
    expectProblem(await call(id, '1'), 409, 'SESSION_NOT_READY');
    const honest = await market.node();
    liar.end(id, 'closed');
    expect((await opening).json).toMatchObject({ state: 'ready', node: honest.id });
    expect(liar.acks).toMatchObject([{ verdict: 'invalid', earned: '0' }]);
    await close(id);
  });

  it('for one that is closed while it waits, or while it starts', async () => {
    const agent = await market.agent(5000);
    const { session_id: queued } = (await agent.open({}, ASYNC)).json;
    expect(await get(queued)).toMatchObject({ state: 'queued', minutes_begun: 0 });
    const answer = await close(queued);
    expect(answer).toMatchObject({ status: 200, json: { state: 'failed', code: 'SESSION_ENDED' } });
    expect(await agent.balance()).toBe(5000);

    const node = await market.node({ onJob: 'hold' });
    const { session_id: starting } = (await agent.open({}, ASYNC)).json;
    await expect.poll(async () => (await get(starting)).state).toBe('starting');
    expect((await close(starting)).json).toMatchObject({ state: 'failed', code: 'SESSION_ENDED' });
    await expect.poll(() => node.cancelled.length).toBe(1);
    expect(await agent.balance()).toBe(5000);
  });
});

describe('a purchase', () => {
  it('is found again by its key or its id, and refused above what it may cost', async () => {
    await market.node();
    const agent = await market.agent(10_000);
    const keyed = { 'idempotency-key': 'one-session' };
    const [first, again] = [
      await agent.open({ job_id: undefined }, keyed),
      await agent.open({ job_id: undefined }, keyed),
    ];
    expect(first.status).toBe(200);
    expect(again.json.session_id).toBe(first.json.session_id);
    expectProblem(await agent.open({ job_id: undefined, minutes: 5 }, keyed), 422, 'IDEMPOTENCY_KEY_REUSED');
    const { session_id: id } = first.json;
    expect((await agent.open({ job_id: id })).json).toMatchObject({ session_id: id, state: 'ready' });
    expectProblem(await agent.open({ job_id: id, minutes: 5 }), 409, 'JOB_ID_CONFLICT');
    expectProblem(await agent.open({ maxCost: 4999 }), 412, 'PRICE_EXCEEDED');
    expect(await agent.balance()).toBe(5000);
    await close(id);
    expect((await agent.open({ job_id: id })).json).toMatchObject({ state: 'ended', watt_charged: PRICE });
  });

  it('can be priced before, and only within the tiers', async () => {
    const quote = (request: object) =>
      market.server.send('POST', '/api/v1/quote', { service: 'session', request });
    expect((await quote({ language: 'python', minutes: 3, memory_mb: 512 })).json).toMatchObject({
      watt: 3000,
      breakdown: [{ item: 'session.extended', watt: 3000 }],
      payment: { memo: null },
    });
    for (const wrong of [
      { minutes: 61 },
      { minutes: 0 },
      { memory_mb: 513 },
      { language: 'bash' },
      { code: '1' },
    ]) {
      expectProblem(await quote({ language: 'python', ...wrong }), 400, 'INVALID_REQUEST');
    }
    const { session } = (await market.server.send('GET', '/api/v1/pricing')).json;
    expect(session).toMatchObject([{ watt_per_minute: 500, max_minutes: 60 }, { watt_per_minute: 1000 }]);
  });
});

describe('payment by memo', () => {
  const body = (jobId: string) => ({ language: 'javascript', minutes: 2, job_id: jobId });
  const pay = async (from: string, memo: string) => {
    market.server.solana.pay({ from, amount: watt(1000), memo });
    await market.server.router.context.payments.sync(5000);
  };

  it('is asked for by the commitment alone, and paid by it', async () => {
    await market.node();
    const id = createJobId();
    const { wallet } = prepaidAgent(market.server);
    const memo = commitmentMemo(id, sha256Hex(JSON.stringify(body(id))));
    const unpaid = await market.server.send('POST', PATH, body(id));
    expect(unpaid).toMatchObject({ status: 402, json: { payment: { amount: 1000, memo } } });
    expect((await market.server.send('GET', `/api/v1/jobs/${id}`)).json.payment.memo).toBe(memo);
    await pay(wallet, memo);
    const opened = await market.server.send('POST', PATH, body(id));
    expect(opened).toMatchObject({ status: 200, json: { state: 'ready', language: 'javascript' } });
    expect((await close(id)).json).toMatchObject({ watt_charged: 500, refund: { watt: 500, to: wallet } });
  });

  it('by the id, which all can read there, opens nothing and stays the payer’s', async () => {
    await market.node();
    const id = createJobId();
    const { wallet } = prepaidAgent(market.server);
    expect((await market.server.send('POST', PATH, body(id))).status).toBe(402);
    await pay(wallet, id);
    const answer = expectProblem(await market.server.send('POST', PATH, body(id)), 400, 'INVALID_REQUEST');
    expect(answer).toMatchObject({ errors: [{ field: 'job_id' }] });
    await market.server.router.context.payments.fundMatched();
    expect(await get(id)).toMatchObject({ state: 'awaiting_payment' });
    const [account] = await sql()`select balance from accounts where owner = ${wallet}`;
    expect(account?.['balance']).toBe(watt(1000));
    await expect(sql()`update chain_credits set applied_job = ${id} where memo = ${id}`).rejects.toThrow(
      /names session/,
    );
    expect((await close(id)).json).toMatchObject({ state: 'expired' });
  });
});
