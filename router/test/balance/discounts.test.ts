import { randomUUID } from 'node:crypto';
import { createJobId, type JobId, type NodeId, watt } from '@watt/shared';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { completeJobs } from '../../src/jobs/jobs.ts';
import { loadSystemAccounts, openAccounts, trialBalance } from '../../src/ledger/ledger.ts';
import { deposit } from '../harness/deposit.ts';
import { leaseJob } from '../harness/insert-job.ts';
import { type PrepaidAgent, prepaidAgent } from '../harness/prepaid-agent.ts';
import { expectProblem } from '../http/expect-problem.ts';
import { startServer, type TestServer } from '../http/start-server.ts';

const EXECUTE = '/api/v1/execute';
const QUOTE = '/api/v1/quote';
const NODE = 'a node' as NodeId;
const program = (more: object = {}) => ({
  language: 'bash',
  code: 'true',
  timeout: 5,
  memory_mb: 128,
  ...more,
});
let server: TestServer;

beforeAll(async () => {
  server = await startServer({ BULK_DISCOUNTS: '300:500,5000:1000', EXECUTE_PRICE_QUICK: '300.000001' });
});
afterAll(() => server?.[Symbol.asyncDispose]());

async function complete(jobId: JobId): Promise<void> {
  const { sql } = server.db.database;
  await openAccounts(sql, 'node', [NODE]);
  const [job] = await sql<{ nodeShare: bigint; burnShare: bigint }[]>`
    select node_share as "nodeShare", burn_share as "burnShare" from jobs where id = ${jobId}`;
  const attemptId = await leaseJob(sql, jobId, NODE);
  if (!attemptId || !job) throw new Error('The job was not queued');
  const payload = JSON.stringify({ success: true });
  const result = { payload, payloadSha256: '', statement: { text: '{}', signature: '' }, artifacts: [] };
  const accounts = await loadSystemAccounts(sql);
  expect(
    await completeJobs(sql, accounts, [{ jobId, attemptId, nodeId: NODE, unused: 0n, ...job, ...result }]),
  ).toEqual([true]);
}

/** An agent that has bought one job at its list price. */
async function customer(): Promise<PrepaidAgent> {
  const agent = prepaidAgent(server);
  await deposit(server.db.database.sql, { wallet: agent.wallet, amount: watt(2000) });
  const jobId = createJobId();
  await server.router.context.payments.admit(
    {
      id: jobId,
      service: 'execute',
      request: '{}',
      requestSha256: '',
      commitment: randomUUID(),
      price: watt(300),
      split: { node: watt(210), burn: watt(1), revenue: watt(89) },
      expiresAt: Date.now() + 60_000,
    },
    { wallet: agent.wallet, keyId: null },
  );
  await complete(jobId);
  return agent;
}

it('are shown to everybody', async () => {
  const { volume_discounts: discounts } = (await server.send('GET', '/api/v1/pricing')).json;
  expect(discounts.steps).toEqual([
    { from_watt: 300, discount_bps: 500 },
    { from_watt: 5000, discount_bps: 1000 },
  ]);
});

it('are given to a wallet that has bought enough, and to nobody who does not prove it', async () => {
  const agent = await customer();
  const body = { service: 'execute', request: program() };
  const known = (await agent.send('POST', QUOTE, body)).json;
  // 5 % of 300.000001 is 15.00000005: rounded down to base units.
  expect(known).toMatchObject({
    list_price: 300.000001,
    discount_bps: 500,
    watt: 285.000001,
    price_base: '285000001',
  });
  expect(known.payment).toMatchObject({ amount_base: '285000001' });
  const stranger = (await server.send('POST', QUOTE, body)).json;
  expect(stranger).toMatchObject({ list_price: 300.000001, discount_bps: 0, watt: 300.000001 });
  expectProblem(
    await server.send('POST', QUOTE, body, { authorization: 'Bearer x' }),
    401,
    'API_KEY_INVALID',
  );
});

it('are what is held, split and said', async () => {
  const agent = await customer();
  const answer = await agent.send('POST', EXECUTE, program(), { prefer: 'respond-async' });
  const jobId = answer.json.job_id as JobId;
  const { sql } = server.db.database;
  const [hold] = await sql`select amount from transfers where idem = ${`hold:${jobId}`}`;
  expect(hold?.['amount']).toBe(285_000_001n);
  await complete(jobId);
  const parts = await sql<{ kind: string; amount: bigint }[]>`
    select kind, amount from transfers where job_id = ${jobId} and kind like 'capture%' order by kind`;
  expect(parts.map(({ amount }) => amount)).toEqual([427_500n, 199_500_000n, 85_072_501n]);
  const discount = { list_price: 300.000001, discount_bps: 500, price: 285.000001 };
  expect((await server.send('GET', `/api/v1/jobs/${jobId}`)).json).toMatchObject(discount);
  const again = await agent.send('POST', EXECUTE, program({ job_id: jobId }));
  expect(again.json).toMatchObject({ success: true, watt_charged: 285.000001, ...discount });
  expect(await trialBalance(sql)).toMatchObject({ balanced: true });
});

it('count for maxCost, and stand in a 402', async () => {
  const agent = await customer();
  const body = program({ job_id: createJobId(), maxCost: 290 });
  expectProblem(await server.send('POST', EXECUTE, body), 412, 'PRICE_EXCEEDED');
  const { bearer } = await agent.apiKey({ budget_per_job: 1 });
  const refused = expectProblem(await server.send('POST', EXECUTE, body, bearer), 403, 'BUDGET_EXCEEDED');
  expect(refused).toMatchObject({
    list_price: 300.000001,
    discount_bps: 500,
    payment: { amount: 285.000001 },
  });
});

it('are worked out for a quantity', async () => {
  const agent = await customer();
  const body = { service: 'execute', request: program(), quantity: 20 };
  const { purchase } = (await agent.send('POST', QUOTE, body)).json;
  // 300 are captured; sixteen and a half jobs at 285 lead to 5000.
  expect(purchase).toMatchObject({ quantity: 20, list_price: 6000.00002, reached_discount_bps: 1000 });
  expect(purchase.steps).toEqual([
    { from_job: 1, discount_bps: 500, watt: 285.000001 },
    { from_job: 18, discount_bps: 1000, watt: 270.000001 },
  ]);
  expect(purchase.price_base).toBe(`${17n * 285_000_001n + 3n * 270_000_001n}`);
  for (const quantity of [0, 1.5, 1_000_001]) {
    expectProblem(await agent.send('POST', QUOTE, { ...body, quantity }), 400, 'INVALID_REQUEST');
  }
});
