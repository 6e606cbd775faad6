import { randomUUID } from 'node:crypto';
import type { Keypair } from '@solana/web3.js';
import { createSigningKey } from '@watt/shared';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { call } from './call.ts';
import { pay } from './pay.ts';
import { createRouterProcess, type RouterProcess } from './router-process.ts';
import { type Market, startMarket } from './start-market.ts';
import { connectWillingNode, type WillingNode } from './willing-node.ts';

const RESUME_MS = 1000;
const ONE_SLOT = {
  scrape: null,
  execute: { slots: 1, languages: ['python' as const], max_memory_mb: 512, runtime: 'runc' },
};
let market: Market;
/** A second router on the same chain and database, in a process of its own. */
let other: RouterProcess;
let agent: Keypair;
const nodes: WillingNode[] = [];

beforeAll(async () => {
  market = await startMarket({ NODE_RESUME_MS: `${RESUME_MS}` });
  other = await createRouterProcess(market, { NODE_RESUME_MS: `${RESUME_MS}` });
  await other.start();
  agent = await market.agent(10_000);
});
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.kill();
});
afterAll(async () => {
  await other?.kill();
  await market?.close();
});

async function connect(
  url: string,
  options: Parameters<typeof connectWillingNode>[1] = {},
): Promise<WillingNode> {
  const node = await connectWillingNode(url, { capabilities: ONE_SLOT, ...options });
  nodes.push(node);
  return node;
}

/** A paid job that came to the router at this address. */
async function paidJob(url: string): Promise<string> {
  const jobId = randomUUID();
  await pay(market, { from: agent, watt: 500, memo: jobId });
  const body = { language: 'python', code: 'print(1)', job_id: jobId };
  const accepted = await call('POST', `${url}/api/v1/execute`, body, { prefer: 'respond-async' });
  expect(accepted.status).toBe(202);
  return jobId;
}

const get = async (path: string) => (await call('GET', `${market.router.url}/api/v1/${path}`)).body;
const untilState = (id: string, state: string) =>
  expect.poll(async () => (await get(`jobs/${id}`)).state, { timeout: 60_000 }).toBe(state);
const nodeState = async ({ node }: WillingNode) => (await get(`nodes/${node.key.publicKey}`)).state;
const booksBalance = async () => expect((await get('stats')).ledger).toMatchObject({ balanced: true });
const capturesOf = async (...ids: string[]): Promise<number> =>
  (
    await market.sql`
      select 1 from transfers where kind = 'capture_node' and job_id = any(${ids}::uuid[])`
  ).length;

it('a router that starts leaves alone what another has', async () => {
  const node = await connect(other.url);
  const jobId = await paidJob(other.url);
  const work = await node.nextJob();
  await market.restart();
  const own = await connect(market.router.url);
  const ownId = await paidJob(market.router.url);
  const since = Date.now();
  // Longer than a node may be away, had the new router taken the lease for one that was left.
  await expect.poll(() => Date.now() - since, { timeout: 20_000 }).toBeGreaterThan(2 * RESUME_MS);
  expect(await nodeState(node)).toBe('online');
  node.answer(work);
  expect(await node.nextAck()).toMatchObject({ verdict: 'paid', earned: '350000000' });
  own.answer(await own.nextJob());
  expect(await own.nextAck()).toMatchObject({ verdict: 'paid' });
  for (const id of [jobId, ownId]) {
    expect(await get(`jobs/${id}`)).toMatchObject({ state: 'succeeded', attempts: 1 });
  }
  expect([node.jobs.length, own.jobs.length]).toEqual([1, 1]);
  await booksBalance();
});

it('a node takes its job to another router, and the first does not give it away', async () => {
  const key = createSigningKey();
  const before = await connect(other.url, { key });
  const jobId = await paidJob(other.url);
  const work = await before.nextJob();
  const after = await connect(market.router.url, { key, leases: [work.attempt_id] });
  await before.kill();
  const waiting = await connect(other.url);
  const since = Date.now();
  await expect.poll(() => Date.now() - since, { timeout: 20_000 }).toBeGreaterThan(2 * RESUME_MS);
  expect([await nodeState(after), waiting.jobs.length]).toEqual(['online', 0]);
  after.answer(work);
  expect(await after.nextAck()).toMatchObject({ verdict: 'paid' });
  expect(await get(`jobs/${jobId}`)).toMatchObject({ state: 'succeeded', attempts: 1 });
  expect(await capturesOf(jobId)).toBe(1);
});

it('a router that is killed leaves its jobs to the other, each of which is done and paid once', async () => {
  const key = createSigningKey();
  const [returning, lost] = [await connect(other.url, { key }), await connect(other.url)];
  const [first, second] = [await paidJob(other.url), await paidJob(other.url)];
  const [kept, dropped] = [await returning.nextJob(), await lost.nextJob()];
  const queued = await paidJob(other.url);
  await other.kill();

  const back = await connect(market.router.url, { key, leases: [kept.attempt_id] });
  back.answer(kept);
  expect(await back.nextAck()).toMatchObject({ verdict: 'paid' });
  await back.kill();
  expect([first, second]).toEqual(expect.arrayContaining([kept.job_id, dropped.job_id]));
  expect(await get(`jobs/${kept.job_id}`)).toMatchObject({ state: 'succeeded', attempts: 1 });

  const heir = await connect(market.router.url);
  for (let count = 0; count < 2; count += 1) {
    heir.answer(await heir.nextJob());
    expect(await heir.nextAck()).toMatchObject({ verdict: 'paid' });
  }
  await untilState(dropped.job_id, 'succeeded');
  await untilState(queued, 'succeeded');
  expect(await get(`jobs/${dropped.job_id}`)).toMatchObject({ attempts: 2 });
  expect(await get(`jobs/${queued}`)).toMatchObject({ attempts: 1 });
  expect(await nodeState(lost)).toBe('offline');

  await other.start();
  const late = await connect(other.url, { key: lost.node.key, results: [dropped.attempt_id] });
  late.answer(dropped);
  expect(await late.nextAck()).toMatchObject({ verdict: 'late', earned: '0' });
  expect(await capturesOf(first, second, queued)).toBe(3);
  await booksBalance();
});
