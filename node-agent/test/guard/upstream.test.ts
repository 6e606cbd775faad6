import { parseScrapeProxies } from '@watt/shared';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from '../../src/scrape/find-chromium.ts';
import { type Canary, startCanary } from '../scrape/canary.ts';
import { startScraper } from '../scrape/start-scraper.ts';
import { startWebSite, type WebSite } from '../scrape/web-site.ts';
import { startHttpProxy, startSocksProxy, type TestProxy } from './test-proxies.ts';

const LOGIN = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
const CLOSED = 'http://127.0.0.1:1';

let site: WebSite;
let canary: Canary;
let http: TestProxy;
let socks: TestProxy;

beforeAll(async () => {
  site = await startWebSite({
    '/': (_request, response) => response.end('<title>through</title>'),
    '/hop': (_request, response) => response.writeHead(302, { location: '/' }).end(),
    '/in': (_request, response) => response.writeHead(302, { location: `http://10.0.0.1/` }).end(),
  });
  canary = await startCanary();
  http = await startHttpProxy(LOGIN);
  socks = await startSocksProxy();
});

afterAll(async () => {
  await http?.close();
  await socks?.close();
  await canary?.close();
  await site?.close();
});

const httpUrl = () => `http://me:p%40ss@127.0.0.1:${http.port}`;
const socksUrl = () => `socks5://127.0.0.1:${socks.port}`;
/** The proxies lead to the site's port on loopback, wherever they are asked to go: no packet leaves this machine. */
const names = { 'public.test': ['93.184.216.34'], 'private.test': ['127.0.0.1'] };

const start = (proxies: string, withBrowser = false) =>
  startScraper({ allow: [], ports: [site.port, canary.port], names, proxies, withBrowser });

test.each([
  ['an HTTP proxy', httpUrl, () => http],
  ['a SOCKS5 proxy', socksUrl, () => socks],
])('%s is asked for the checked address, for every hop, and never for a name', async (_what, url, proxy) => {
  const { scraper, scrape } = await start(url());
  const before = proxy().asked.length;
  const outcome = await scrape(`http://public.test:${site.port}/hop`);
  expect(outcome).toMatchObject({ data: { title: 'through' }, metadata: { redirects: [{ status: 302 }] } });
  const asked = proxy().asked.slice(before);
  expect(asked.length).toBeGreaterThan(0);
  expect(new Set(asked)).toEqual(new Set([`93.184.216.34:${site.port}`]));
  await scraper.close();
});

test.each(['private.test', '127.0.0.1', '10.0.0.1', 'localhost', '169.254.169.254', '[::ffff:127.0.0.1]'])(
  'what may not be reached is not asked of a proxy either: %s',
  async (host) => {
    const { scraper, scrape } = await start(`${httpUrl()},${socksUrl()}`);
    const before = [http.asked.length, socks.asked.length];
    for (let turn = 0; turn < 2; turn += 1) {
      expect(await scrape(`http://${host}:${canary.port}/`)).toMatchObject({ code: 'DOMAIN_BLOCKED' });
    }
    expect([http.asked.length, socks.asked.length]).toEqual(before);
    expect(canary.touches).toEqual([]);
    expect(await scrape(`http://public.test:${site.port}/in`)).toMatchObject({ code: 'DOMAIN_BLOCKED' });
    await scraper.close();
  },
);

test('jobs take the proxies in turn, and one that fails is left out', async () => {
  const { scraper, scrape } = await start(`${CLOSED} ${httpUrl()} ${socksUrl()}`);
  const before = [http.asked.length, socks.asked.length];
  for (let turn = 0; turn < 4; turn += 1) {
    expect(await scrape(`http://public.test:${site.port}/`)).toMatchObject({ data: { title: 'through' } });
  }
  expect(http.asked.length).toBeGreaterThan(before[0] ?? 0);
  expect(socks.asked.length).toBeGreaterThan(before[1] ?? 0);
  await scraper.close();
});

test('without a proxy that works nothing goes out directly', async () => {
  const { scraper, scrape } = await startScraper({ allow: [site.port], proxies: CLOSED });
  const before = site.requests.length;
  expect(await scrape(`${site.origin}/`)).toMatchObject({ reason: 'connect', retryable: true });
  expect(await scrape(`${site.origin}/`)).toMatchObject({ reason: 'connect' });
  expect(site.requests.length).toBe(before);
  await scraper.close();
});

test('a wrong login is the proxy’s failure, not the site’s', async () => {
  const { scraper, scrape } = await start(`http://me:wrong@127.0.0.1:${http.port}`);
  expect(await scrape(`http://public.test:${site.port}/`)).toMatchObject({
    reason: 'connect',
    message: expect.stringMatching(/proxy of this node/),
  });
  await scraper.close();
});

test('a proxy that the router names is reached through the guard, and nowhere else', async () => {
  const byRouter = { names, proxiesBy: 'router' as const, ports: [site.port] };
  const inside = await startScraper({ ...byRouter, allow: [], proxies: `http://127.0.0.1:${canary.port}` });
  expect(await inside.scrape(`http://public.test:${site.port}/`)).toMatchObject({ reason: 'connect' });
  const named = await startScraper({
    ...byRouter,
    allow: [],
    proxies: `socks5://private.test:${canary.port}`,
  });
  expect(await named.scrape(`http://public.test:${site.port}/`)).toMatchObject({ reason: 'connect' });
  expect(canary.touches).toEqual([]);
  const allowed = await startScraper({ ...byRouter, allow: [http.port], proxies: httpUrl() });
  const before = http.asked.length;
  expect(await allowed.scrape(`http://public.test:${site.port}/`)).toMatchObject({
    data: { title: 'through' },
  });
  expect(http.asked.slice(before)).toContain(`93.184.216.34:${site.port}`);
  await Promise.all([inside, named, allowed].map(({ scraper }) => scraper.close()));
});

describe.skipIf(findChromium() === null)('the browser', () => {
  test('goes by the same proxy, for the checked address', async () => {
    const { scraper, scrape } = await start(socksUrl(), true);
    const before = socks.asked.length;
    const javascript = { options: { javascript: true } };
    expect(await scrape(`http://public.test:${site.port}/`, javascript)).toMatchObject({
      data: { title: 'through' },
    });
    expect(new Set(socks.asked.slice(before))).toEqual(new Set([`93.184.216.34:${site.port}`]));
    expect(await scrape(`http://private.test:${canary.port}/`, javascript)).toMatchObject({
      code: 'DOMAIN_BLOCKED',
    });
    expect(canary.touches).toEqual([]);
    await scraper.close();
  });
});

test.each([
  [
    'http://u:p%40@h.example:3128',
    { kind: 'http', host: 'h.example', port: 3128, username: 'u', password: 'p@' },
  ],
  ['https://h.example', { kind: 'https', port: 443 }],
  ['socks5h://[::1]:9', { kind: 'socks5', host: '::1', port: 9 }],
])('%s is read', (text, expected) => {
  expect(parseScrapeProxies(text)).toMatchObject([expected]);
});

test.each(['h.example:3128', 'ftp://h.example', 'http://h.example/path', 'http://'])(
  '%s is no proxy',
  (text) => {
    expect(() => parseScrapeProxies(text)).toThrow(/^Entry 1 is no proxy/);
  },
);
