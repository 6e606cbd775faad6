import { createJobId, type NodeId, verifyReceipt } from '@watt/shared';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startRouter } from '../../src/build-router.ts';
import { loadSystemAccounts, trialBalance } from '../../src/ledger/ledger.ts';
import { type PrepaidAgent, prepaidAgent } from '../harness/prepaid-agent.ts';
import { asking, type CopyMarket, openCopyMarket, PRICE, SCRAPE } from './copy-market.ts';
import { connectCopyNode } from './copy-node.ts';
import { completeWithCopy, queueJob } from './copy-steps.ts';

let market: CopyMarket;
beforeAll(async () => {
  // A wallet that has bought one page gets a twentieth off.
  market = await openCopyMarket({ BULK_DISCOUNTS: '200:500' });
});
afterEach(() => market.stopNodes());
afterAll(() => market?.server[Symbol.asyncDispose]());

const page = (name: string) => asking(`https://example.com/${name}`);
/** A call that is paid on chain by its id. */
async function pay(agent: PrepaidAgent, asked: object) {
  const body = { ...asked, job_id: createJobId() };
  expect((await market.server.send('POST', SCRAPE, body)).json.payment).toMatchObject({ amount: 200 });
  market.server.solana.pay({ from: agent.wallet, amount: PRICE, memo: body.job_id });
  await market.server.router.context.payments.sync(5000);
  return market.server.send('POST', SCRAPE, body);
}
const spentToday = async (keyId: string) =>
  (await market.sql<{ spent: bigint }[]>`select spent from api_key_days where key_id = ${keyId}`)[0]?.spent;
const balanceOf = async (agent: PrepaidAgent) => (await agent.send('GET', '/api/v1/balance')).json;

it('the pages of a batch are served with copies, one by one, and proven by the batch’s own body', async () => {
  const { requests } = await market.node();
  const urls = Array.from({ length: 6 }, (_, index) => `https://example.com/batch/${index}`);
  const batch = { urls, options: { max_age: 600 } };
  await (await market.rich()).send('POST', '/api/v1/scrape/batch', { ...batch, urls: urls.slice(0, 4) });
  const agent = await market.rich();
  const body = JSON.stringify(batch);
  const answer = await agent.send('POST', '/api/v1/scrape/batch', batch);
  expect(answer.json).toMatchObject({
    ...{ success: true, state: 'done', pages: { done: 6 } },
    ...{ watt_charged: 4 * 40 + 2 * 200, watt_refunded: 4 * 160, watt_burned: 4 * 0.06 + 2 * 0.3 },
  });
  expect(answer.json.results.map(({ cache }: { cache: { hit: boolean } }) => cache.hit)).toEqual([
    ...[true, true, true, true],
    ...[false, false],
  ]);
  expect(answer.json.results[0]).toMatchObject({ watt_charged: 40, refund: { watt: 160, to: agent.wallet } });
  expect(requests).toHaveLength(6);
  expect(await balanceOf(agent)).toMatchObject({ available: 20_000 - 560, held: 0, spent: 560 });
  for (const page of answer.json.results) {
    const receipt = (await market.server.send('GET', `/api/v1/jobs/${page.job_id}/receipt`)).json;
    const known = { router: market.server.routerKey.publicKey, requestBody: body, response: page };
    expect(verifyReceipt(receipt, known)).toMatchObject({ valid: true });
  }
  expect(await trialBalance(market.sql)).toMatchObject({ balanced: true });
});

it('a key’s budget is lowered by what a copy costs only', async () => {
  await market.node();
  await (await market.rich()).send('POST', SCRAPE, page('budget'));
  const agent = await market.rich();
  const { id, bearer } = await agent.apiKey({ budget_per_day: 300 });
  const ask = (url: string) => market.server.send('POST', SCRAPE, page(url), bearer);
  expect((await ask('budget')).json).toMatchObject({ cache: { hit: true }, watt_charged: 40 });
  expect(await spentToday(id)).toBe(40_000_000n);
  expect((await ask('budget')).json).toMatchObject({ cache: { hit: true } });
  expect((await ask('fresh')).json).toMatchObject({ watt_charged: 200 });
  expect(await spentToday(id)).toBe(280_000_000n);
  // The whole price is held, whatever will be charged.
  expect((await ask('budget')).json).toMatchObject({ code: 'BUDGET_EXCEEDED' });
});

it('a copy costs a part of the discounted price', async () => {
  await market.node();
  const agent = await market.rich();
  await pay(agent, page('discount'));
  const quote = { service: 'scrape', request: page('discount') };
  expect((await agent.send('POST', '/api/v1/quote', quote)).json).toMatchObject({
    watt: 190,
    cache_hit_watt: 38,
  });
  const hit = await agent.send('POST', SCRAPE, page('discount'));
  expect(hit.json).toMatchObject({
    ...{ cache: { hit: true }, list_price: 200, discount_bps: 500, price: 190 },
    ...{ watt_charged: 38, watt_burned: 0.057, refund: { watt: 152 } },
  });
  expect(await balanceOf(agent)).toMatchObject({ available: 20_000 - 38 });
});

it('a page that waits for its turn while another router gets it is served with that', async () => {
  let open: () => void = () => undefined;
  const after = new Promise<void>((resolve) => {
    open = resolve;
  });
  const connected = await connectCopyNode(market.server.router.url, { slots: 1, answer: () => ({ after }) });
  market.nodes.push(connected);
  const [one, other] = [await market.rich(), await market.rich()];
  const first = one.send('POST', SCRAPE, page('before its turn'));
  await expect.poll(() => connected.requests.length, { timeout: 20_000 }).toBe(1);
  const second = other.send('POST', SCRAPE, page('turn'));
  const { dispatcher, clock, accounts } = market.server.router.context;
  await expect.poll(() => dispatcher.figures().queued, { timeout: 20_000 }).toBe(1);
  const since = clock();
  const rooms = { sql: market.sql, accounts };
  const elsewhere = { body: page('turn'), price: PRICE };
  const jobId = await queueJob(rooms, elsewhere);
  const nodeId = connected.node.key.publicKey as NodeId;
  expect(await completeWithCopy(rooms, { ...elsewhere, jobId, nodeId })).toBe(true);
  await expect.poll(() => clock() - since, { timeout: 20_000 }).toBeGreaterThan(1000);
  open();
  expect((await first).json).toMatchObject({ cache: { hit: false }, watt_charged: 200 });
  expect((await second).json).toMatchObject({ cache: { hit: true }, watt_charged: 40 });
  expect(connected.requests).toHaveLength(1);
});

it('a payment on chain for a page that has a copy gives the rest back to the payer’s balance', async () => {
  await market.node();
  await (await market.rich()).send('POST', SCRAPE, page('memo'));
  const agent = prepaidAgent(market.server);
  expect((await pay(agent, page('memo'))).json).toMatchObject({
    ...{ cache: { hit: true }, watt_charged: 40, refund: { watt: 160, to: agent.wallet, as: 'balance' } },
  });
  expect(await balanceOf(agent)).toMatchObject({ available: 160, held: 0 });
});

it('a job that a stopped router left is served by the next at its start, without a node', async () => {
  await market.node();
  await (await market.rich()).send('POST', SCRAPE, page('restart'));
  await market.stopNodes();
  const rooms = { sql: market.sql, accounts: await loadSystemAccounts(market.sql) };
  const queue = (name: string) => queueJob(rooms, { body: page(name), price: PRICE });
  const [copied, waiting] = [await queue('restart'), await queue('restart and no copy')];
  const secrets = { databaseUrl: market.server.db.url, routerKey: market.server.routerKey };
  const overrides = { solana: market.server.solana, logger: pino({ level: 'silent' }) };
  const next = await startRouter(market.server.router.context.config, secrets, overrides);
  try {
    const { jobs, copies } = next.context;
    await expect.poll(async () => (await jobs.find(copied))?.state, { timeout: 20_000 }).toBe('succeeded');
    expect(await jobs.find(copied)).toMatchObject({ attempts: 0, attemptId: null, charged: PRICE / 5n });
    expect(await jobs.find(waiting)).toMatchObject({ state: 'queued', charged: null });
    expect(copies.counts()).toEqual({ hits: 1, misses: 1 });
  } finally {
    await next.stop();
  }
  expect(await trialBalance(market.sql)).toMatchObject({ balanced: true });
});
