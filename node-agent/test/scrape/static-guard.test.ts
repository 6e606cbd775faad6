import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Canary, startCanary } from './canary.ts';
import { type Scrape, startScraper } from './start-scraper.ts';
import { redirectPage, startWebSite, type WebSite } from './web-site.ts';

const SPELLINGS = [
  ...[
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '127.0.0.1.',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '017700000001',
  ],
  ...[
    '%31%32%37.0.0.1',
    '①②⑦.⓪.⓪.①',
    '127。0。0。1',
    '0.0.0.0',
    '0',
    '127.255.255.254',
    'localhost',
    'LOCALHOST.',
  ],
  ...[
    'foo.localhost',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
  ],
  ...['[64:ff9b::7f00:1]', '[2002:7f00:1::]', '[2001:0:7f00:1::]', '[2600::5efe:7f00:1]', '169.254.169.254'],
  ...[
    '168.63.129.16',
    '10.0.0.1',
    '100.64.0.1',
    '[fe80::1]',
    '[fd00::1]',
    'printer',
    'nas.local',
    'router.lan',
  ],
  ...['private.test', 'mixed.test', 'mapped.test', 'metadata.test', 'six.test'],
];
const NAMES = {
  'private.test': ['127.0.0.1'],
  'mixed.test': ['93.184.216.34', '127.0.0.1'],
  'mapped.test': ['::ffff:127.0.0.1'],
  'metadata.test': ['169.254.169.254'],
  'six.test': ['::1'],
  'site.test': ['127.0.0.1'],
  'bad.example.test': ['127.0.0.1'],
};

let canary: Canary;
let site: WebSite;
let scrape: Scrape;
let close: () => Promise<void>;

beforeAll(async () => {
  canary = await startCanary();
  site = await startWebSite({
    '/to': (request, response, url) =>
      redirectPage(url.searchParams.get('url') ?? '')(request, response, url),
    '/': (_request, response) => response.end('<title>open</title>'),
  });
  const started = await startScraper({
    allow: [site.port],
    ports: [canary.port],
    names: NAMES,
    blocked: '*.example.test, 127.0.0.3',
    routerBlocked: '*.forbidden.test',
  });
  scrape = started.scrape;
  close = () => started.scraper.close();
});

afterAll(async () => {
  await close?.();
  await site?.close();
  await canary?.close();
});

test('the site itself is reached, by address and by a name that leads there', async () => {
  expect(await scrape(`${site.origin}/`)).toMatchObject({ kind: 'completed', data: { title: 'open' } });
  expect(await scrape(`http://site.test:${site.port}/`)).toMatchObject({ kind: 'completed' });
});

test.each(SPELLINGS)('http://%s is refused', async (host) => {
  const outcome = await scrape(`http://${host}:${canary.port}/`);
  expect(outcome).toMatchObject({
    kind: 'failed',
    code: 'DOMAIN_BLOCKED',
    reason: 'blocked',
    retryable: false,
  });
  expect(canary.touches).toEqual([]);
});

test.each(SPELLINGS)('a redirect to http://%s is refused', async (host) => {
  const target = encodeURIComponent(`http://${host}:${canary.port}/`);
  const outcome = await scrape(`${site.origin}/to?url=${target}`);
  expect(outcome).toMatchObject({ kind: 'failed', code: 'DOMAIN_BLOCKED' });
  expect(canary.touches).toEqual([]);
});

test.each([
  ['file:///etc/passwd', 'scheme'],
  ['ftp://127.0.0.1/', 'scheme'],
  ['data:text/html,hi', 'scheme'],
  ['gopher://127.0.0.1/', 'scheme'],
  ['http://user:pass@site.test/', 'credentials'],
  ['http://93.184.216.34:22/', 'port of the operator'],
  ['http://bad.example.test/', 'blocked-domain *.example.test of the operator'],
  ['http://example.test/', 'blocked-domain *.example.test of the operator'],
  ['http://a.forbidden.test/', 'blocked-domain *.forbidden.test of the router'],
  ['http://router.test/', 'router'],
  ['https://ROUTER.test.:8443/', 'router'],
  ['not a url', 'host'],
])('%s is refused by the rule %s, directly and as a redirect', async (url, rule) => {
  const message = `The address is not allowed (rule: ${rule}).`;
  expect(await scrape(url)).toMatchObject({ code: 'DOMAIN_BLOCKED', message });
  if (rule === 'host') return;
  expect(await scrape(`${site.origin}/to?url=${encodeURIComponent(url)}`)).toMatchObject({
    code: 'DOMAIN_BLOCKED',
    message,
  });
});

test('the refusal tells the agent nothing of this network', async () => {
  const outcomes = await Promise.all(
    ['private.test', 'metadata.test', '10.0.0.1'].map((host) => scrape(`http://${host}/`)),
  );
  expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
});
