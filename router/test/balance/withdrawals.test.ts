import { randomUUID } from 'node:crypto';
import { createSigningKey, watt } from '@watt/shared';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { trialBalance } from '../../src/ledger/ledger.ts';
import { deposit } from '../harness/deposit.ts';
import { OURS } from '../harness/fake-solana.ts';
import { type PrepaidAgent, prepaidAgent } from '../harness/prepaid-agent.ts';
import { expectProblem } from '../http/expect-problem.ts';
import { startServer, type TestServer } from '../http/start-server.ts';

const PATH = '/api/v1/withdrawals';
let server: TestServer;

beforeAll(async () => {
  server = await startServer({ WITHDRAWAL_MIN_WATT: '10' });
});
afterAll(async () => {
  const books = server && (await trialBalance(server.db.database.sql));
  await server?.[Symbol.asyncDispose]();
  expect(books?.balanced).toBe(true);
});

async function richAgent(
  whole: number,
  status: 'confirmed' | 'finalized' = 'finalized',
): Promise<PrepaidAgent> {
  const agent = prepaidAgent(server);
  await deposit(server.db.database.sql, { wallet: agent.wallet, amount: watt(whole), status });
  return agent;
}
const ask = (agent: PrepaidAgent, body: object, key: string = randomUUID()) =>
  agent.send('POST', PATH, body, { 'idempotency-key': key });

describe('a withdrawal', () => {
  it('sets the amount aside and says where to look', async () => {
    const agent = await richAgent(100);
    const answer = await ask(agent, { amount: '40.5', wallet: agent.wallet });
    expect(answer).toMatchObject({ status: 202, json: { amount: 40.5, state: 'queued', signature: null } });
    expect(answer.headers.location).toBe(answer.json.status_url);
    expect((await agent.send('GET', answer.json.status_url)).json).toEqual(answer.json);
    const balance = (await agent.send('GET', '/api/v1/balance')).json;
    expect(balance).toMatchObject({ available: 59.5, withdrawing: 40.5, withdrawable: 59.5 });
    expect(balance.history[0]).toMatchObject({
      kind: 'payout',
      amount: -40.5,
      payout_id: answer.json.withdrawal_id,
    });
    const stranger = prepaidAgent(server);
    expectProblem(await stranger.send('GET', answer.json.status_url), 404, 'WITHDRAWAL_NOT_FOUND');
  });

  it('of "all" takes what can be taken, and the same again for the same key', async () => {
    const agent = await richAgent(100);
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(agent, { amount: 'all' }, key)));
    expect(new Set(answers.map((answer) => answer.json.withdrawal_id)).size).toBe(1);
    expect(answers[0]?.json).toMatchObject({ amount: 100 });
    expectProblem(await ask(agent, { amount: 100 }, key), 422, 'IDEMPOTENCY_KEY_REUSED');
  });

  it('cannot take more than there is, however many ask at the same time', async () => {
    const agent = await richAgent(100);
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(agent, { amount: 30 })));
    expect(answers.filter((answer) => answer.status === 202)).toHaveLength(3);
    const refused = answers.filter((answer) => answer.status !== 202);
    expect(new Set(refused.map((answer) => answer.json.code))).toEqual(new Set(['WITHDRAWAL_NOT_COVERED']));
    expect((await agent.send('GET', '/api/v1/balance')).json).toMatchObject({ available: 10 });
  });

  it('leaves what is not finalized', async () => {
    const agent = await richAgent(50);
    const { sql } = server.db.database;
    const signature = await deposit(sql, { wallet: agent.wallet, amount: watt(70), status: 'confirmed' });
    const balance = (await agent.send('GET', '/api/v1/balance')).json;
    expect(balance).toMatchObject({ available: 120, pending: 70, withdrawable: 50 });
    const refused = expectProblem(await ask(agent, { amount: 51 }), 409, 'WITHDRAWAL_NOT_COVERED');
    expect(refused).toMatchObject({ withdrawable: 50, minimum: 10 });
    await sql`update chain_credits set status = 'finalized' where signature = ${signature}`;
    expect((await ask(agent, { amount: 'all' })).json).toMatchObject({ amount: 120 });
  });

  it('is refused below the minimum, and of a wallet that was never here', async () => {
    const agent = await richAgent(100);
    expectProblem(await ask(agent, { amount: '9.999999' }), 422, 'WITHDRAWAL_TOO_SMALL');
    expectProblem(await ask(prepaidAgent(server), { amount: 'all' }), 422, 'WITHDRAWAL_TOO_SMALL');
    expectProblem(await ask(prepaidAgent(server), { amount: 10 }), 409, 'WITHDRAWAL_NOT_COVERED');
  });

  it('goes to its own wallet only, and needs a key of its own', async () => {
    const agent = await richAgent(100);
    const elsewhere = await ask(agent, { amount: 20, wallet: createSigningKey().publicKey });
    expect(expectProblem(elsewhere, 400, 'INVALID_REQUEST')['errors']).toMatchObject([{ field: 'wallet' }]);
    expectProblem(await agent.send('POST', PATH, { amount: 20 }), 400, 'IDEMPOTENCY_KEY_MISSING');
    for (const amount of [0, -5, 'ALL', '1e2', 1e-7]) {
      expectProblem(await ask(agent, { amount }), 400, 'INVALID_REQUEST');
    }
  });

  it('by an API key needs the scope', async () => {
    const agent = await richAgent(100);
    const spender = await agent.apiKey({ scopes: ['spend', 'read'] });
    const headers = { 'idempotency-key': randomUUID() };
    const body = { amount: 20 };
    expectProblem(
      await server.send('POST', PATH, body, { ...headers, ...spender.bearer }),
      403,
      'SCOPE_MISSING',
    );
    const mover = await agent.apiKey({ scopes: ['withdraw'] });
    const answer = await server.send('POST', PATH, body, { ...headers, ...mover.bearer });
    expect(answer.status).toBe(202);
    const [row] = await server.db.database.sql`
      select key_id, asked from withdrawal_requests where payout_id = ${answer.json.withdrawal_id}`;
    expect(row).toEqual({ key_id: mover.id, asked: '20000000' });
  });

  it('is taken back while it has not left, once, by its wallet, and says until then what it waits for', async () => {
    const { sql } = server.db.database;
    const agent = await richAgent(100);
    const { json } = await ask(agent, { amount: 30 });
    await sql`
      insert into payout_waits (account, code, detail)
      select id, 'fee_too_high', 'It leaves when others join it.' from accounts where kind = 'payout_inflight'`;
    const waiting = await agent.send('GET', json.status_url);
    expect(waiting.json).toMatchObject({ reason: 'fee_too_high: It leaves when others join it.' });
    await sql`delete from payout_waits`;

    expectProblem(await prepaidAgent(server).send('DELETE', json.status_url), 404, 'WITHDRAWAL_NOT_FOUND');
    const { bearer } = await agent.apiKey({ scopes: ['spend', 'read'] });
    expectProblem(await server.send('DELETE', json.status_url, undefined, bearer), 403, 'SCOPE_MISSING');
    const answers = await Promise.all(Array.from({ length: 5 }, () => agent.send('DELETE', json.status_url)));
    expect(answers.map((answer) => [answer.status, answer.json.state])).toEqual(
      Array.from({ length: 5 }, () => [200, 'returned']),
    );
    expect((await agent.send('GET', '/api/v1/balance')).json).toMatchObject({
      available: 100,
      withdrawing: 0,
      history: [{ kind: 'return', amount: 30 }, { kind: 'payout', amount: -30 }, { kind: 'credit' }],
    });
  });

  it('stays when its transaction may have been sent', async () => {
    const { sql } = server.db.database;
    const agent = await richAgent(100);
    const { json } = await ask(agent, { amount: 30 });
    const batch = randomUUID();
    await sql`insert into payout_batches (id, state) values (${batch}, 'open')`;
    await sql`update payouts set state = 'batched', batch_id = ${batch} where id = ${json.withdrawal_id}`;
    const refused = await agent.send('DELETE', json.status_url);
    expect(expectProblem(refused, 409, 'WITHDRAWAL_UNDER_WAY')).toMatchObject({ state: 'batched' });
    expect((await agent.send('GET', '/api/v1/balance')).json).toMatchObject({
      available: 70,
      withdrawing: 30,
    });
  });

  it('is listed page by page', async () => {
    const agent = await richAgent(100);
    const made: string[] = [];
    for (const amount of [10, 11, 12]) made.unshift((await ask(agent, { amount })).json.withdrawal_id);
    const first = (await agent.send('GET', `${PATH}?limit=2`)).json;
    const second = (await agent.send('GET', `${PATH}?limit=2&after=${first.next}`)).json;
    const ids = [...first.withdrawals, ...second.withdrawals].map((row) => row.withdrawal_id);
    expect(ids).toEqual(made);
    expect(second.next).toBeNull();
  });
});

describe('deposits', () => {
  it('say how, with a link for wallets', async () => {
    const plain = (await server.send('POST', '/api/v1/deposits')).json.deposit;
    const { payTo } = server.router.context.payments;
    expect(plain).toMatchObject({
      memo: 'deposit',
      pay_to: payTo.computeWallet,
      token_account: payTo.tokenAccount,
    });
    const wallet = createSigningKey().publicKey;
    const { deposit } = (await server.send('POST', '/api/v1/deposits', { amount: '12.5', wallet })).json;
    expect(deposit).toMatchObject({ memo: `deposit:${wallet}`, amount: 12.5, amount_base: '12500000' });
    const link = new URL(deposit.solana_url);
    expect(link.pathname).toBe(payTo.computeWallet);
    expect(Object.fromEntries(link.searchParams)).toEqual({
      amount: '12.5',
      'spl-token': payTo.mint,
      memo: deposit.memo,
    });
  });

  test.each([
    { amount: 0 },
    { amount: 'x' },
    { wallet: 'x' },
    { wallet: OURS.computeWallet },
    { wallet: OURS.tokenAccount },
    { more: 1 },
  ])('refuse %o', async (body) => {
    expectProblem(await server.send('POST', '/api/v1/deposits', body), 400, 'INVALID_REQUEST');
  });

  it('stay with their sender where the memo names a wallet of which nobody could spend them', async () => {
    const sender = prepaidAgent(server);
    for (const wallet of [OURS.computeWallet, OURS.tokenAccount]) {
      server.solana.pay({ from: sender.wallet, amount: watt(4), memo: `deposit:${wallet}` });
    }
    await expect
      .poll(async () => (await sender.send('GET', '/api/v1/balance')).json)
      .toMatchObject({ available: 8 });
  });

  it('credit the wallet that the memo names, even without a clear payer', async () => {
    const [exchange, owner] = [prepaidAgent(server), prepaidAgent(server)];
    server.solana.pay({ from: exchange.wallet, amount: watt(30), memo: `deposit:${owner.wallet}` });
    server.solana.pay({ from: exchange.wallet, amount: watt(5), memo: 'deposit' });
    await expect
      .poll(async () => (await owner.send('GET', '/api/v1/balance')).json)
      .toMatchObject({ available: 30, pending: 30 });
    await expect
      .poll(async () => (await exchange.send('GET', '/api/v1/balance')).json)
      .toMatchObject({ available: 5 });
  });
});
