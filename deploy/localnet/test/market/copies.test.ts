import type { Keypair } from '@solana/web3.js';
import { createWatt, type Watt } from '@watt/client';
import { watt } from '@watt/shared';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startScraper } from '../../../../node-agent/test/scrape/start-scraper.ts';
import { bytesPage, startWebSite, type WebSite } from '../../../../node-agent/test/scrape/web-site.ts';
import { type RealNode, startRealNode } from '../../../../router/test/harness/real-node.ts';
import { call } from './call.ts';
import { type MoneyReader, readMoney } from './read-money.ts';
import { type Market, startMarket } from './start-market.ts';

let site: WebSite;
let market: Market;
let money: MoneyReader;
let node: RealNode;

beforeAll(async () => {
  site = await startWebSite({
    '/page': bytesPage('<title>Shared</title><h1>Shared</h1>', { 'cache-control': 'max-age=60' }),
    '/own': bytesPage('<title>Own</title>', { 'cache-control': 'private, max-age=60' }),
  });
  market = await startMarket({
    SCRAPE_ALLOW_PRIVATE: `127.0.0.1:${site.port}`,
    RECONCILE_SECONDS: '1',
  });
  money = readMoney(market);
  node = await startNode();
});
afterAll(async () => {
  await node?.[Symbol.asyncDispose]();
  await market?.close();
  await site?.close();
});

/** A node with a browser, that may reach the site. */
async function startNode(): Promise<RealNode> {
  const { scraper } = await startScraper({ allow: [site.port], withBrowser: true });
  const { url, context } = market.router;
  return startRealNode(
    { url, key: context.secrets.routerKey.publicKey },
    {
      capabilities: {
        scrape: { slots: 2, javascript: true, screenshots: true, copies: true },
        execute: null,
      },
      problems: [],
      scrape: scraper.scrape,
      close: () => scraper.close(),
    },
  );
}
const wattOf = (wallet: Keypair): Watt =>
  createWatt({
    baseUrl: market.router.url,
    wallet: { secretKey: wallet.secretKey },
    rpcUrl: market.chain.rpcUrl,
  });
const solvency = async () => (await call('GET', `${market.router.url}/api/v1/solvency`)).body;

it('another agent’s identical request costs a fifth, is proven, and the books and the chain agree', async () => {
  const wallets = [await market.agent(2000), await market.agent(2000)] as const;
  const [one, other] = [wattOf(wallets[0]), wattOf(wallets[1])];
  const asked = {
    url: `${site.origin}/page`,
    output_format: 'json' as const,
    options: { screenshots: true, max_age: 600 },
  };
  const made = await one.scrape(asked);
  expect(made).toMatchObject({
    ...{ cost: '500', cachedAge: null },
    metadata: { cache_control: 'max-age=60' },
  });
  const copied = await other.scrape(asked);
  expect(copied).toMatchObject({ cost: '100', data: { title: 'Shared' } });
  expect(copied.cachedAge).toBeGreaterThanOrEqual(0);
  expect(copied.screenshot?.bytes).toEqual(made.screenshot?.bytes);
  expect(site.requests.filter((path) => path === '/page')).toHaveLength(1);

  for (const [client, answer] of [
    [one, made],
    [other, copied],
  ] as const) {
    expect(await client.verify(answer)).toMatchObject({ valid: true });
    const forged = { ...answer, response: { ...answer.response, data: { title: 'Forged' } } };
    expect(await client.verify(forged)).toMatchObject({ valid: false });
  }
  const { receipt } = await other.verify(copied);
  expect(JSON.stringify(receipt)).not.toContain(made.jobId);
  expect(await money.balanceOf(wallets[0].publicKey)).toBe(0n);
  expect(await money.balanceOf(wallets[1].publicKey)).toBe(watt(400));
  expect(await money.ledger()).toMatchObject({ customers: '400', nodes: '420', held: '0', balanced: true });
  expect(await money.onChain()).toBe('1000');
  await expect.poll(async () => (await solvency()).state, { timeout: 30_000 }).toBe('solvent');
});

it('what the site says is for one reader is scraped for each', async () => {
  const asked = { url: `${site.origin}/own`, options: { max_age: 600 } };
  for (const wallet of [await market.agent(200), await market.agent(200)]) {
    const answer = await wattOf(wallet).scrape(asked);
    expect(answer).toMatchObject({ cost: '200', cachedAge: null });
    expect(answer.metadata).toMatchObject({ cache_control: 'private, max-age=60' });
  }
  expect(site.requests.filter((path) => path === '/own')).toHaveLength(2);
});
