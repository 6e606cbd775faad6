import type { BatchPage } from '@watt/shared';
import { expect, it } from 'vitest';
import { startScraper } from '../../../node-agent/test/scrape/start-scraper.ts';
import { bytesPage, startWebSite } from '../../../node-agent/test/scrape/web-site.ts';
import { deposit } from '../harness/deposit.ts';
import { prepaidAgent } from '../harness/prepaid-agent.ts';
import { type RealNode, startRealNode } from '../harness/real-node.ts';
import { startServer, type TestServer } from '../http/start-server.ts';

/** A node with a real scraper that may reach one port of this machine. */
async function startNode({ router, routerKey }: TestServer, sitePort: number): Promise<RealNode> {
  const { scraper } = await startScraper({ allow: [sitePort] });
  return startRealNode(
    { url: router.url, key: routerKey.publicKey },
    {
      capabilities: { scrape: { slots: 2, javascript: false, screenshots: false, map: true }, execute: null },
      problems: [],
      scrape: scraper.scrape,
      close: () => scraper.close(),
    },
  );
}

it('what a map finds a batch scrapes, by real nodes', async () => {
  const page = (name: string) => bytesPage(`<title>${name}</title><h1>${name}</h1>`);
  const site = await startWebSite({
    '/': bytesPage(
      '<title>home</title><a href="/a">a</a><a href="/b">b</a><a href="/c">c</a><a href="/d">d</a>',
    ),
    ...{ '/a': page('A'), '/b': page('B'), '/c': page('C'), '/d': page('D') },
  });
  await using server = await startServer({ SCRAPE_ALLOW_PRIVATE: `127.0.0.1:${site.port}` });
  await using one = await startNode(server, site.port);
  await using two = await startNode(server, site.port);
  await expect.poll(() => server.router.context.dispatcher.figures().nodes).toBe(2);
  const agent = prepaidAgent(server);
  await deposit(server.db.database.sql, { wallet: agent.wallet, amount: 1_100_000_000n });
  try {
    const map = await agent.send('POST', '/api/v1/map', { url: `${site.origin}/`, limit: 10 });
    expect(map).toMatchObject({
      status: 200,
      json: { watt_charged: 100, data: { sitemaps: [], truncated: false } },
    });
    const { urls } = map.json.data;
    expect(urls).toEqual(['/', '/a', '/b', '/c', '/d'].map((path) => site.origin + path));

    const batch = await agent.send('POST', '/api/v1/scrape/batch', { urls, selectors: { title: 'title' } });
    expect(batch).toMatchObject({
      status: 200,
      json: { state: 'done', watt_charged: 1000, pages: { done: 5 } },
    });
    const titles = batch.json.results.map(({ data }: BatchPage) => data);
    expect(titles).toEqual(['home', 'A', 'B', 'C', 'D'].map((title) => ({ title })));
    expect((await agent.send('GET', '/api/v1/balance')).json).toMatchObject({ available: 0, held: 0 });
    const done = [one, two].map(({ node }) => node.status().jobs.done);
    expect(done[0]).toBeGreaterThan(0);
    expect(done[1]).toBeGreaterThan(0);
  } finally {
    await site.close();
  }
});

it('the hourly limits count each page, and a refused batch counts none', async () => {
  await using server = await startServer({ RATE_LIMIT_AGENT_PER_HOUR: '5' });
  const call = (count: number) =>
    server.send('POST', '/api/v1/scrape/batch', {
      urls: Array.from({ length: count }, (_, index) => `https://example.com/${index}`),
    });
  expect((await call(6)).json).toMatchObject({ code: 'RATE_LIMITED', limit: 5, per: 'agent' });
  expect((await call(5)).status).toBe(402);
  expect((await call(1)).status).toBe(429);
});
