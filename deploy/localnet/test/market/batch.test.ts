import type { Keypair } from '@solana/web3.js';
import { type BatchResult, createWatt, type ResumeTicket, type Watt } from '@watt/client';
import { createJobId, parseWatt } from '@watt/shared';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { call } from './call.ts';
import { pay } from './pay.ts';
import { type Market, startMarket } from './start-market.ts';
import { connectWillingNode, type WillingNode } from './willing-node.ts';

const PAGE_WATT = 200;
let market: Market;
let node: WillingNode;

beforeAll(async () => {
  market = await startMarket();
  node = await connectNode();
});
afterAll(async () => {
  await node?.kill();
  await market?.close();
});

const connectNode = () =>
  connectWillingNode(market.router.url, {
    capabilities: { scrape: { slots: 8, javascript: false, screenshots: false, map: true }, execute: null },
  });
const urls = (count: number) => Array.from({ length: count }, (_, index) => `http://127.0.0.1:8099/${index}`);
const wattOf = (wallet: Keypair, onTicket?: (ticket: ResumeTicket) => void): Watt =>
  createWatt({
    baseUrl: market.router.url,
    wallet: { secretKey: wallet.secretKey },
    rpcUrl: market.chain.rpcUrl,
    ...(onTicket && { onTicket }),
  });
async function answerPages(count: number, failing: number | null = null): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const job = await node.nextJob();
    if (index === failing) node.fail(job, { code: 'SCRAPE_FAILED', retryable: false });
    else node.answer(job);
  }
}
async function collect(results: AsyncIterable<BatchResult>): Promise<BatchResult[]> {
  const all: BatchResult[] = [];
  for await (const result of results) all.push(result);
  return all;
}
const booked = async (batchId: string) =>
  market.sql<{ kind: string; count: number }[]>`
    select t.kind, count(*)::int as count from scrape_batches b join transfers t on t.job_id = any(b.job_ids)
    where b.id = ${batchId} and t.kind in ('hold', 'capture_node', 'void') group by t.kind order by t.kind`;

it('one payment on chain buys five pages by the SDK; the one that failed is given back', async () => {
  const wallet = await market.agent(2000);
  const jobId = createJobId();
  const tickets: ResumeTicket[] = [];
  const watt = wattOf(wallet, (ticket) => void tickets.push(ticket));
  const [results] = await Promise.all([
    collect(watt.scrapeBatch({ urls: urls(5) }, { jobId })),
    answerPages(5, 2),
  ]);
  expect(results.map((result) => result.index).sort()).toEqual([0, 1, 2, 3, 4]);
  expect(results.filter((result) => result.ok)).toHaveLength(4);
  const spent = results.reduce((sum, result) => sum + result.costBase, 0n);
  expect(spent).toBe(parseWatt(String(4 * PAGE_WATT)));
  expect(tickets.map((ticket) => ticket.payment?.amountBase)).toEqual([
    `${parseWatt(String(5 * PAGE_WATT))}`,
  ]);
  expect(await booked(jobId)).toEqual([
    { kind: 'capture_node', count: 4 },
    { kind: 'hold', count: 5 },
    { kind: 'void', count: 1 },
  ]);
  const [balance] = await market.sql<{ balance: bigint }[]>`
    select balance from accounts where kind = 'customer' and owner = ${wallet.publicKey.toBase58()}`;
  expect(balance?.balance).toBe(parseWatt(String(PAGE_WATT)));

  const [ticket] = tickets;
  const again = await collect(watt.scrapeBatch({ urls: urls(5) }, { ...(ticket && { ticket }) }));
  expect(again.map((result) => result.jobId).sort()).toEqual(results.map((result) => result.jobId).sort());
  expect(await booked(jobId)).toHaveLength(3);
});

it('is paid while no router runs, and funded by the one that starts', async () => {
  const wallet = await market.agent(1000);
  const jobId = createJobId();
  const unpaid = await call('POST', `${market.router.url}/api/v1/scrape/batch`, {
    urls: urls(3),
    job_id: jobId,
  });
  expect(unpaid).toMatchObject({ status: 402, body: { payment: { amount: 3 * PAGE_WATT, memo: jobId } } });
  await market.router.stop();
  await pay(market, { from: wallet, watt: 3 * PAGE_WATT, memo: unpaid.body.payment.commitment_memo });
  await node.kill();
  await market.restart();
  node = await connectNode();
  await answerPages(3);
  await expect
    .poll(async () => (await call('GET', `${market.router.url}/api/v1/batches/${jobId}`)).body)
    .toMatchObject({ state: 'done', pages: { done: 3 }, watt_charged: 3 * PAGE_WATT });
  expect(await booked(jobId)).toMatchObject([{ count: 3 }, { kind: 'hold', count: 3 }]);
});

it('a map is a job for a simple page’s price, and waits for a node that can', async () => {
  const wallet = await market.agent(300);
  const jobId = createJobId();
  await node.kill();
  const old = await connectWillingNode(market.router.url);
  const answer = async () => {
    const state = async () => (await market.sql`select state from jobs where id = ${jobId}`)[0]?.['state'];
    await expect.poll(state).toBe('queued');
    node = await connectNode();
    const job = await node.nextJob();
    expect(JSON.parse(node.node.bodies.at(-1) ?? '{}')).toMatchObject({ map: { limit: 7 } });
    node.answer(job, { urls: ['http://127.0.0.1:8099/'], sitemaps: [], truncated: false });
  };
  try {
    const request = { url: 'http://127.0.0.1:8099/', limit: 7 };
    const [found] = await Promise.all([wattOf(wallet).map(request, { jobId }), answer()]);
    expect(found).toMatchObject({ urls: ['http://127.0.0.1:8099/'], truncated: false, cost: '100' });
    expect(await market.sql`select node_id from attempts where job_id = ${jobId}`).toMatchObject([
      { node_id: node.node.key.publicKey },
    ]);
  } finally {
    await old.kill();
  }
});
