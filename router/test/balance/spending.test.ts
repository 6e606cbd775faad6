import { randomUUID } from 'node:crypto';
import { type JobId, watt } from '@watt/shared';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { endAttempt, failQueuedJob } from '../../src/jobs/jobs.ts';
import { loadSystemAccounts, type SystemAccounts, trialBalance } from '../../src/ledger/ledger.ts';
import { deposit } from '../harness/deposit.ts';
import { leaseJob } from '../harness/insert-job.ts';
import { type PrepaidAgent, prepaidAgent } from '../harness/prepaid-agent.ts';
import { expectProblem } from '../http/expect-problem.ts';
import { startServer, type TestServer } from '../http/start-server.ts';

const EXECUTE = '/api/v1/execute';
const ASYNC = { prefer: 'respond-async' };
/** Costs 300 WATT. */
const program = (more: object = {}) => ({
  language: 'bash',
  code: 'true',
  timeout: 5,
  memory_mb: 128,
  ...more,
});
const failure = { code: 'NODE_FAILED' as const, message: 'as the test said' };
let server: TestServer;
let accounts: SystemAccounts;

beforeAll(async () => {
  server = await startServer({ RATE_LIMIT_EXECUTE_PER_HOUR: '100000' });
  accounts = await loadSystemAccounts(server.db.database.sql);
});
afterAll(async () => {
  const books = server && (await trialBalance(server.db.database.sql));
  await server?.[Symbol.asyncDispose]();
  expect(books?.balanced).toBe(true);
});

async function richAgent(whole: number): Promise<PrepaidAgent> {
  const agent = prepaidAgent(server);
  if (whole > 0) await deposit(server.db.database.sql, { wallet: agent.wallet, amount: watt(whole) });
  return agent;
}
const balance = async (agent: PrepaidAgent) => (await agent.send('GET', '/api/v1/balance')).json;
const spentToday = async (keyId: string): Promise<bigint> => {
  const [row] = await server.db.database.sql<
    { spent: bigint }[]
  >`select spent from api_key_days where key_id = ${keyId}`;
  return row?.spent ?? 0n;
};

describe('a balance', () => {
  it('pays for a call in the transaction that admits it', async () => {
    const agent = await richAgent(1000);
    const answer = await agent.send('POST', EXECUTE, program(), ASYNC);
    expect(answer).toMatchObject({ status: 202, json: { state: 'queued' } });
    expect(await balance(agent)).toMatchObject({ available: 700, held: 300, withdrawable: 700, spent: 0 });
    const job = await server.send('GET', answer.json.status_url);
    expect(job.json).toMatchObject({ paid_by: agent.wallet, payment_signatures: [] });
  });

  it('covers ten of a hundred calls at the same time, exactly', async () => {
    const agent = await richAgent(3000);
    const { bearer } = await agent.apiKey();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => server.send('POST', EXECUTE, program(), { ...ASYNC, ...bearer })),
    );
    const paid = answers.filter((answer) => answer.status === 202);
    const refused = answers.filter((answer) => answer.status === 402);
    expect([paid.length, refused.length]).toEqual([10, 90]);
    expect(new Set(refused.map((answer) => answer.json.code))).toEqual(new Set(['BALANCE_INSUFFICIENT']));
    expect(await balance(agent)).toMatchObject({ available: 0, held: 3000 });
  });

  it('that is too small is told with everything needed to add to it, or to pay by memo', async () => {
    const agent = await richAgent(100);
    const body = expectProblem(await agent.send('POST', EXECUTE, program()), 402, 'BALANCE_INSUFFICIENT');
    expect(body).toMatchObject({
      balance: { available: 100, price: 300, missing: 200, missing_base: '200000000' },
      deposit: { memo: 'deposit', amount: 200 },
      payment: { amount: 300, memo: body['job_id'] },
    });
    await deposit(server.db.database.sql, { wallet: agent.wallet, amount: watt(200) });
    const again = await agent.send('POST', EXECUTE, program({ job_id: body['job_id'] }), ASYNC);
    expect(again.status).toBe(202);
    expect(await balance(agent)).toMatchObject({ available: 0 });
  });

  it('holds once for one job id, whoever repeats the call, and refuses another body', async () => {
    const agent = await richAgent(1000);
    const jobId = randomUUID();
    const { bearer } = await agent.apiKey();
    const calls = Array.from({ length: 12 }, (_, i) =>
      i % 2 === 0
        ? agent.send('POST', EXECUTE, program({ job_id: jobId }), ASYNC)
        : server.send('POST', EXECUTE, program({ job_id: jobId }), { ...ASYNC, ...bearer }),
    );
    expect((await Promise.all(calls)).map((answer) => answer.status)).toEqual(Array(12).fill(202));
    expect(await balance(agent)).toMatchObject({ available: 700 });
    expectProblem(
      await agent.send('POST', EXECUTE, program({ job_id: jobId, code: 'false' })),
      409,
      'JOB_ID_CONFLICT',
    );
  });

  it('is left alone when a payment with the job’s memo is on record', async () => {
    const agent = await richAgent(500);
    const { id, bearer } = await agent.apiKey();
    const jobId = randomUUID();
    const payer = prepaidAgent(server);
    await deposit(server.db.database.sql, { wallet: payer.wallet, amount: watt(300), memo: jobId });
    const answer = await server.send('POST', EXECUTE, program({ job_id: jobId }), { ...ASYNC, ...bearer });
    expect(answer.status).toBe(202);
    expect(await balance(agent)).toMatchObject({ available: 500 });
    expect(await spentToday(id)).toBe(0n);
  });

  it('of another wallet is out of reach', async () => {
    const owner = await richAgent(500);
    const stranger = await richAgent(0);
    expectProblem(await stranger.send('POST', EXECUTE, program()), 402, 'BALANCE_INSUFFICIENT');
    expectProblem(
      await stranger.send('GET', `/api/v1/balance?wallet=${owner.wallet}`),
      401,
      'AUTHENTICATION_REQUIRED',
    );
  });

  it('is not charged for another wallet’s job that is paid', async () => {
    const owner = await richAgent(300);
    const second = await richAgent(300);
    const body = program({ job_id: randomUUID() });
    expect((await owner.send('POST', EXECUTE, body, ASYNC)).status).toBe(202);
    expect((await second.send('POST', EXECUTE, body, ASYNC)).status).toBe(202);
    expect(await balance(second)).toMatchObject({ available: 300, held: 0 });
    expect(await balance(owner)).toMatchObject({ available: 0, held: 300 });
  });

  it('shows every movement once, page by page, newest first', async () => {
    const agent = await richAgent(1000);
    const jobs: string[] = [];
    for (let i = 0; i < 3; i += 1)
      jobs.unshift((await agent.send('POST', EXECUTE, program(), ASYNC)).json.job_id);
    await failQueuedJob(server.db.database.sql, accounts, { jobId: jobs[0] as JobId, failure });
    const seen: { kind: string; amount: number; job_id?: string; signature?: string }[] = [];
    for (let after = ''; ; ) {
      const { json } = await agent.send('GET', `/api/v1/balance?limit=2${after && `&after=${after}`}`);
      seen.push(...json.history);
      if (json.next === null) break;
      after = json.next;
    }
    expect(seen.map(({ kind, amount, job_id }) => [kind, amount, job_id])).toEqual([
      ['void', 300, jobs[0]],
      ['hold', -300, jobs[0]],
      ['hold', -300, jobs[1]],
      ['hold', -300, jobs[2]],
      ['credit', 1000, undefined],
    ]);
    expect(seen.at(-1)?.signature).toMatch(/^pay-/);
  });
});

describe('a key’s budget', () => {
  it('for one job refuses before anything is held', async () => {
    const agent = await richAgent(1000);
    const { bearer } = await agent.apiKey({ budget_per_job: '299.999999' });
    const answer = await server.send('POST', EXECUTE, program(), bearer);
    const body = expectProblem(answer, 403, 'BUDGET_EXCEEDED');
    expect(body).toMatchObject({ budget: { per: 'job', budget: 299.999999 }, payment: { amount: 300 } });
    expect(await balance(agent)).toMatchObject({ available: 1000 });
  });

  it('for a day holds under concurrency', async () => {
    const agent = await richAgent(30_000);
    const { id, bearer } = await agent.apiKey({ budget_per_day: 1000 });
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => server.send('POST', EXECUTE, program(), { ...ASYNC, ...bearer })),
    );
    expect(answers.filter((answer) => answer.status === 202)).toHaveLength(3);
    expect(answers.filter((answer) => answer.json.code === 'BUDGET_EXCEEDED')).toHaveLength(37);
    expect(await spentToday(id)).toBe(watt(900));
    expect(await balance(agent)).toMatchObject({ available: 29_100 });
  });

  it('comes back with a void, in the queue and on a node', async () => {
    const { sql } = server.db.database;
    const agent = await richAgent(1000);
    const { id, bearer } = await agent.apiKey({ budget_per_day: 600 });
    const buy = () => server.send('POST', EXECUTE, program(), { ...ASYNC, ...bearer });
    const [first, second] = [await buy(), await buy()].map((answer) => answer.json.job_id as JobId);
    expectProblem(await buy(), 403, 'BUDGET_EXCEEDED');
    await failQueuedJob(sql, accounts, { jobId: first as JobId, failure });
    expect(await spentToday(id)).toBe(watt(300));
    const attemptId = await leaseJob(sql, second as JobId, 'a node' as never);
    const end = {
      jobId: second as JobId,
      attemptId: attemptId as never,
      router: null,
      state: 'failed' as const,
      reason: '',
      failure,
    };
    expect(await endAttempt(sql, accounts, end)).toBe(true);
    expect(await endAttempt(sql, accounts, end)).toBe(false);
    expect(await spentToday(id)).toBe(0n);
    expect((await buy()).status).toBe(202);
  });

  it('ends in mid-flight with its key', async () => {
    const { payments } = server.router.context;
    const agent = await richAgent(1000);
    const { id } = await agent.apiKey();
    const unpaid = await server.send('POST', EXECUTE, program());
    await agent.send('DELETE', `/api/v1/keys/${id}`);
    // The call was let in before the key was revoked; its money moves after.
    const outcome = await payments.fund(unpaid.json.job_id, { wallet: agent.wallet, keyId: id });
    expect(outcome).toEqual({ funded: false, received: 0n, refusal: { reason: 'revoked' } });
    expect(await balance(agent)).toMatchObject({ available: 1000 });
  });
});

describe('maxCost', () => {
  test.each<[string, object, Record<string, string>]>([
    ['a number in the body', { maxCost: 299.5 }, {}],
    ['a string in the body', { maxCost: '299.999999' }, {}],
    ['a header', {}, { 'x-max-cost': '299' }],
    ['the lower of two', { maxCost: 1000 }, { 'x-max-cost': '1' }],
  ])('as %s refuses before anything is registered or held', async (_, body, headers) => {
    const agent = await richAgent(1000);
    const jobId = randomUUID();
    const answer = await agent.send('POST', EXECUTE, program({ job_id: jobId, ...body }), headers);
    expect(expectProblem(answer, 412, 'PRICE_EXCEEDED')).toMatchObject({ price: 300 });
    expectProblem(await server.send('GET', `/api/v1/jobs/${jobId}`), 404, 'JOB_NOT_FOUND');
    expect(await balance(agent)).toMatchObject({ available: 1000 });
  });

  it('is no part of the request: another one asks for the same job', async () => {
    const agent = await richAgent(1000);
    const jobId = randomUUID();
    for (const maxCost of [300, '400', undefined, 1]) {
      const answer = await agent.send(
        'POST',
        EXECUTE,
        program({ job_id: jobId, ...(maxCost && { maxCost }) }),
        ASYNC,
      );
      expect(answer.status).toBe(202);
    }
    const [row] = await server.db.database.sql`select request from jobs where id = ${jobId}`;
    expect(row?.['request']).not.toContain('maxCost');
    expect(await balance(agent)).toMatchObject({ available: 700 });
  });

  it('that is no amount is refused', async () => {
    for (const maxCost of ['much', -1, 1e-7, '1e3']) {
      expectProblem(await server.send('POST', EXECUTE, program({ maxCost })), 400, 'INVALID_REQUEST');
    }
    expectProblem(
      await server.send('POST', EXECUTE, program(), { 'x-max-cost': '1 WATT' }),
      400,
      'INVALID_REQUEST',
    );
  });
});

describe('an Idempotency-Key', () => {
  it('stands for the job id of its wallet', async () => {
    const agent = await richAgent(1000);
    const headers = { ...ASYNC, 'idempotency-key': 'order-1' };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => agent.send('POST', EXECUTE, program(), headers)),
    );
    expect(new Set(answers.map((answer) => answer.json.job_id)).size).toBe(1);
    expect(await balance(agent)).toMatchObject({ available: 700 });
    const other = await agent.send('POST', EXECUTE, program({ code: 'false' }), headers);
    expectProblem(other, 422, 'IDEMPOTENCY_KEY_REUSED');
    const stranger = await richAgent(300);
    const own = await stranger.send('POST', EXECUTE, program(), headers);
    expect(own.json.job_id).not.toBe(answers[0]?.json.job_id);
  });
});

describe('the rate limits', () => {
  it('count by wallet once it has paid, and by address for wallets that anybody can make', async () => {
    await using limited = await startServer({ RATE_LIMIT_EXECUTE_PER_HOUR: '2' });
    const customer = prepaidAgent(limited);
    await deposit(limited.db.database.sql, { wallet: customer.wallet, amount: watt(3000) });
    const buy = (agent: PrepaidAgent) => agent.send('POST', EXECUTE, program(), ASYNC);
    for (const status of [402, 402, 429, 429]) expect((await buy(prepaidAgent(limited))).status).toBe(status);
    for (const status of [202, 202, 429]) expect((await buy(customer)).status).toBe(status);
  });
});

it('a deposit that has just been confirmed pays for the call that follows it', async () => {
  const agent = prepaidAgent(server);
  server.solana.pay({ from: agent.wallet, amount: watt(300), memo: 'deposit' });
  expect((await agent.send('POST', EXECUTE, program(), ASYNC)).status).toBe(202);
});
