import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createServerLookup } from '../../src/guard/resolve-name.ts';
import { HOSTILE_ADDRESSES, NO_ADDRESSES } from '../guard/corpus/addresses.ts';
import { LOCAL_HOSTS, LOOPBACK_SPELLINGS, ownLiterals, SPECIAL_LITERALS } from '../guard/corpus/literals.ts';
import { HOSTILE_ZONE } from '../guard/corpus/zone.ts';
import { type DnsServer, startDnsServer } from '../guard/dns-server.ts';
import { type Canary, startCanary } from './canary.ts';
import { type Scrape, startScraper } from './start-scraper.ts';
import { redirectPage, startWebSite, type WebSite } from './web-site.ts';

const HOSTS = [
  ...LOOPBACK_SPELLINGS,
  ...SPECIAL_LITERALS,
  ...LOCAL_HOSTS,
  ...ownLiterals(),
  ...Object.keys(HOSTILE_ZONE),
  'bücher.test',
];
const IS_ABSOLUTE = /^\s*\w[\w+.-]*:(?:\/\/|\\\\|(?!\/?1))[^\n\t]*$/;
/** What the router told of this node, and rules of both sides. */
const TOLD = ['93.184.216.77', '2600:7fff:1:2::5'];
const LISTS = {
  blocked: '*.example.test, 127.0.0.3',
  routerBlocked: '*.forbidden.test *.запрет.test 93.184.216.9',
};

let canary: Canary;
let site: WebSite;
let dns: DnsServer;
let scrape: Scrape;
let close: () => Promise<void>;

beforeAll(async () => {
  canary = await startCanary();
  site = await startWebSite({
    '/to': (request, response, url) =>
      redirectPage(url.searchParams.get('url') ?? '', Number(url.searchParams.get('status') ?? 302))(
        request,
        response,
        url,
      ),
    '/': (_request, response) => response.end('<title>open</title>'),
    '/again': (_request, response) =>
      response.writeHead(302, { location: '/?second', connection: 'close' }).end(),
  });
  dns = await startDnsServer({
    ...HOSTILE_ZONE,
    'site.test': { a: ['127.0.0.1'] },
    'alias-site.test': { cname: 'site.test' },
    'rebind.test': { a: [['127.0.0.1'], ['127.0.0.2']] },
  });
  const started = await startScraper({
    allow: [site.port],
    ports: [canary.port],
    lookup: createServerLookup([dns.address]),
    own: TOLD,
    ...LISTS,
  });
  scrape = started.scrape;
  close = () => started.scraper.close();
});

afterAll(async () => {
  await close?.();
  await dns?.close();
  await site?.close();
  await canary?.close();
});

test('the site itself is reached, by address, by name and by an alias', async () => {
  for (const host of ['127.0.0.1', 'site.test', 'alias-site.test']) {
    expect(await scrape(`http://${host}:${site.port}/`)).toMatchObject({ data: { title: 'open' } });
  }
  expect(dns.queries).toContain('alias-site.test');
});

test.each(HOSTS)('http://%s is refused', async (host) => {
  const outcome = await scrape(`http://${host}:${canary.port}/`);
  expect(outcome).toMatchObject({ code: 'DOMAIN_BLOCKED', reason: 'blocked', retryable: false });
  expect(canary.touches).toEqual([]);
});

test.each(HOSTS)('a redirect to http://%s is refused', async (host) => {
  const target = encodeURIComponent(`http://${host}:${canary.port}/`);
  const outcome = await scrape(`${site.origin}/to?url=${target}`);
  expect(outcome).toMatchObject({ kind: 'failed', code: 'DOMAIN_BLOCKED' });
  expect(canary.touches).toEqual([]);
});

test.each(HOSTILE_ADDRESSES)(
  '%j is refused by the rule %s, directly and as a redirect',
  async (url, rule) => {
    const target = url.replace('#', String(canary.port));
    const message = `The address is not allowed (rule: ${rule}).`;
    expect(await scrape(target)).toMatchObject({ code: 'DOMAIN_BLOCKED', message });
    // What has no host of its own is read against the page that redirects, and a header cannot hold every character.
    if (!IS_ABSOLUTE.test(target)) return;
    const redirect = `${site.origin}/to?url=${encodeURIComponent(target)}`;
    expect(await scrape(redirect)).toMatchObject({ code: 'DOMAIN_BLOCKED', message });
    expect(canary.touches).toEqual([]);
  },
);

test.each(NO_ADDRESSES)('%j is no address', async (url) => {
  expect(await scrape(url)).toMatchObject({ code: 'DOMAIN_BLOCKED', refused: { rule: 'host' } });
  expect(canary.touches).toEqual([]);
});

test.each([301, 303, 307, 308])('a redirect with the status %i is no way in', async (status) => {
  const target = encodeURIComponent(`http://private.test:${canary.port}/`);
  expect(await scrape(`${site.origin}/to?status=${status}&url=${target}`)).toMatchObject({
    code: 'DOMAIN_BLOCKED',
  });
  expect(canary.touches).toEqual([]);
});

test('a name that leads elsewhere the second time is refused the second time', async () => {
  const inside = createServer((_request, response) => response.end('inside'));
  let touches = 0;
  inside.on('connection', () => {
    touches += 1;
  });
  await new Promise<void>((resolve) => inside.listen(site.port, '127.0.0.2', resolve));
  expect(await scrape(`http://rebind.test:${site.port}/again`)).toMatchObject({ code: 'DOMAIN_BLOCKED' });
  expect(site.requests).toContain('/again');
  expect(touches).toBe(0);
  await new Promise((resolve) => inside.close(resolve));
});

test('the refusal tells the agent nothing of this network', async () => {
  const hosts = ['private.test', 'metadata.test', '10.0.0.1', 'hairpin.test', 'own-home.test', '127.0.0.1'];
  const outcomes = await Promise.all(hosts.map((host) => scrape(`http://${host}/`)));
  expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
});

test('the spellings are real: a client without a guard reaches the canary by each', async () => {
  const before = canary.touches.length;
  expect(before).toBe(0);
  const reached = await Promise.all(
    LOOPBACK_SPELLINGS.map(async (host) => {
      const body = await fetch(`http://${host}:${canary.port}/`).then((answer) => answer.text());
      return body === 'CANARY-BODY' ? null : host;
    }),
  );
  expect(reached.filter(Boolean)).toEqual([]);
});
