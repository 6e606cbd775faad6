import { randomUUID } from 'node:crypto';
import type { Keypair } from '@solana/web3.js';
import { createSigningKey } from '@watt/shared';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { call } from './call.ts';
import { pay } from './pay.ts';
import { type Market, startMarket } from './start-market.ts';
import { connectWillingNode, type WillingNode } from './willing-node.ts';

let market: Market;
let agent: Keypair;
const nodes: WillingNode[] = [];
const code = { language: 'python', code: 'print(1)' };

beforeAll(async () => {
  market = await startMarket({ QUEUE_TIMEOUT_SECONDS: '10', MAX_ATTEMPTS: '3', NODE_RESUME_MS: '3000' });
  agent = await market.agent(50_000);
});
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.kill();
});
afterAll(() => market?.close());

async function connect(options: Parameters<typeof connectWillingNode>[1] = {}): Promise<WillingNode> {
  const node = await connectWillingNode(market.router.url, options);
  nodes.push(node);
  return node;
}

async function paidJob(): Promise<string> {
  const jobId = randomUUID();
  await pay(market, { from: agent, watt: 500, memo: jobId });
  const accepted = await call(
    'POST',
    `${market.router.url}/api/v1/execute`,
    { ...code, job_id: jobId },
    { prefer: 'respond-async' },
  );
  expect(accepted.status).toBe(202);
  return jobId;
}

const job = async (id: string) => (await call('GET', `${market.router.url}/api/v1/jobs/${id}`)).body;
const untilState = (id: string, state: string) => expect.poll(async () => (await job(id)).state).toBe(state);

it('gives the job of a vanished node to another and does not pay the late result', async () => {
  const key = createSigningKey();
  const first = await connect({ key });
  const jobId = await paidJob();
  const lost = await first.nextJob();
  await first.kill();
  const second = await connect();
  second.answer(await second.nextJob());
  expect(await second.nextAck()).toMatchObject({ verdict: 'paid', earned: '350000000' });
  await untilState(jobId, 'succeeded');

  const back = await connect({ key, results: [lost.attempt_id] });
  back.answer(lost);
  expect(await back.nextAck()).toMatchObject({ verdict: 'late', earned: '0', attempt_id: lost.attempt_id });
  const captured =
    await market.sql`select 1 from transfers where job_id = ${jobId} and kind = 'capture_node'`;
  expect(captured).toHaveLength(1);
});

it('lets a node that comes back in time keep its lease', async () => {
  const key = createSigningKey();
  const node = await connect({ key });
  const jobId = await paidJob();
  const held = await node.nextJob();
  await node.kill();
  const back = await connect({ key, leases: [held.attempt_id] });
  back.answer(held);
  expect(await back.nextAck()).toMatchObject({ verdict: 'paid' });
  expect(await job(jobId)).toMatchObject({ state: 'succeeded', attempts: 1 });
});

it('pays once when the acknowledgement was lost and the result comes again', async () => {
  const node = await connect();
  await paidJob();
  const work = await node.nextJob();
  node.answer(work);
  expect(await node.nextAck()).toMatchObject({ verdict: 'paid', earned: '350000000' });
  node.answer(work);
  expect(await node.nextAck()).toMatchObject({ verdict: 'paid', earned: '350000000' });
  const captured =
    await market.sql`select 1 from transfers where job_id = ${work.job_id} and kind = 'capture_node'`;
  expect(captured).toHaveLength(1);
});

it('tries another node after a failure that another might better, and voids after the last', async () => {
  const first = await connect();
  const jobId = await paidJob();
  const work = await first.nextJob();
  const second = await connect();
  first.fail(work, { code: 'NODE_FAILED', retryable: true });
  expect(await first.nextAck()).toMatchObject({ verdict: 'unpaid', earned: '0' });
  second.fail(await second.nextJob(), { code: 'NODE_FAILED', retryable: true });
  expect(await second.nextAck()).toMatchObject({ verdict: 'unpaid', earned: '0' });
  // Both have had it now, so any of them may get the last attempt.
  await expect.poll(async () => (await job(jobId)).attempts).toBe(3);
  const { node: last } = await job(jobId);
  const third = last === first.node.key.publicKey ? first : second;
  third.fail(await third.nextJob(), { code: 'NODE_FAILED', retryable: true });
  await untilState(jobId, 'failed');
  expect(await job(jobId)).toMatchObject({ settlement: 'voided', attempts: 3, refund: { watt: 500 } });
});

it('gives a refused job to another node at once', async () => {
  const busy = await connect();
  const jobId = await paidJob();
  const work = await busy.nextJob();
  const free = await connect();
  busy.node.send({ type: 'refuse', attempt_id: work.attempt_id, reason: 'busy', message: 'no slot' });
  free.answer(await free.nextJob());
  await untilState(jobId, 'succeeded');
});

it('treats a result without the form of its service as no result', async () => {
  const liar = await connect();
  const jobId = await paidJob();
  const work = await liar.nextJob();
  liar.answer({ ...work, service: 'scrape' });
  expect(await liar.nextAck()).toMatchObject({ verdict: 'invalid', earned: '0' });
  await liar.kill();
  const honest = await connect();
  honest.answer(await honest.nextJob());
  await untilState(jobId, 'succeeded');
});

it('gives the money back when no node takes the job in time', async () => {
  const jobId = await paidJob();
  await untilState(jobId, 'failed');
  const answer = await call('POST', `${market.router.url}/api/v1/execute`, { ...code, job_id: jobId });
  expect(answer).toMatchObject({ status: 503, body: { code: 'NO_NODE_AVAILABLE', refund: { watt: 500 } } });
});

it('never sends a job to a node that is full, draining, or cannot do it', async () => {
  const full = await connect({
    capabilities: {
      scrape: null,
      execute: { slots: 1, languages: ['python'], max_memory_mb: 512, runtime: 'runc' },
    },
  });
  const draining = await connect();
  draining.node.send({ type: 'drain' });
  const drainingUrl = `${market.router.url}/api/v1/nodes/${draining.node.key.publicKey}`;
  await expect.poll(async () => (await call('GET', drainingUrl)).body.state).toBe('draining');
  const [first, second] = [await paidJob(), await paidJob()];
  const work = await full.nextJob();
  await connect({
    capabilities: {
      scrape: null,
      execute: { slots: 4, languages: ['bash'], max_memory_mb: 512, runtime: 'runc' },
    },
  });
  expect((await job(second)).state).toBe('queued');
  full.answer(work);
  full.answer(await full.nextJob());
  await untilState(first, 'succeeded');
  await untilState(second, 'succeeded');
});

it('takes up queued and leased jobs after a restart, and charges nothing twice', async () => {
  const key = createSigningKey();
  const capabilities = {
    scrape: null,
    execute: { slots: 1, languages: ['python' as const], max_memory_mb: 512, runtime: 'runc' },
  };
  const node = await connect({ key, capabilities });
  const running = await paidJob();
  const queued = await paidJob();
  const held = await node.nextJob();
  expect(held.job_id).toBe(running);
  await market.restart();
  const back = await connect({ key, capabilities, leases: [held.attempt_id] });
  back.answer(held);
  expect(await back.nextAck()).toMatchObject({ verdict: 'paid' });
  back.answer(await back.nextJob());
  await untilState(running, 'succeeded');
  await untilState(queued, 'succeeded');
  const rows =
    await market.sql`select job_id from transfers where kind = 'capture_node' and job_id in (${running}, ${queued})`;
  expect(rows).toHaveLength(2);
  const { ledger } = (await call('GET', `${market.router.url}/api/v1/stats`)).body;
  expect(ledger).toMatchObject({ balanced: true });
});
