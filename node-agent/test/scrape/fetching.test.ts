import { createSecureServer } from 'node:http2';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Scrape, startScraper } from './start-scraper.ts';
import { TEST_CERTIFICATE, TEST_KEY } from './test-certificate.ts';
import { buildPdf } from './test-pdf.ts';
import { bytesPage, type Page, redirectPage, startWebSite, type WebSite } from './web-site.ts';
import { zstdBomb, zstdFrame } from './zstd-frame.ts';

let site: WebSite;
let scrape: Scrape;
let close: () => Promise<void>;
let tlsPorts: { h2: number; h1: number };
let closeTls: () => void;
const seen: Record<string, number> = {};
let most = 0;
let now = 0;

const echo: Page = (request, response) => {
  const raw = request.rawHeaders.filter((_, index) => index % 2 === 0);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ headers: request.headers, raw }));
};
/** Answers badly so many times, then well. */
const better =
  (path: string, times: number, bad: Page): Page =>
  (request, response, url) => {
    seen[path] = (seen[path] ?? 0) + 1;
    if (seen[path] <= times) bad(request, response, url);
    else bytesPage('<title>better</title>')(request, response, url);
  };
const cut: Page = (request) => request.socket.destroy();
const robots = (text: string): Page => bytesPage(text, { 'content-type': 'text/plain' });

beforeAll(async () => {
  site = await startWebSite({
    '/echo': echo,
    '/zstd': bytesPage(zstdFrame(Buffer.from('<title>packed</title><p>hello')), {
      'content-encoding': 'zstd',
    }),
    '/zstd-bomb': bytesPage(zstdBomb(100_000), { 'content-encoding': 'zstd' }),
    '/zstd-window': bytesPage(zstdFrame(Buffer.from('x'), 31), { 'content-encoding': 'zstd' }),
    '/zstd-cut': bytesPage(zstdFrame(Buffer.alloc(9000, 'x')).subarray(0, 5000), {
      'content-encoding': 'zstd',
    }),
    '/sets': (_request, response) =>
      response
        .writeHead(302, {
          location: '/echo',
          'set-cookie': ['a=1; Path=/', 'b=2; Domain=test', 'c=3; Domain=other.example'],
        })
        .end(),
    '/away': (request, response, url) =>
      redirectPage(`http://other.test:${site.port}/echo`)(request, response, url),
    '/tagged': (request, response) => {
      const isSame = request.headers['if-none-match'] === '"v1"';
      response.writeHead(isSame ? 304 : 200, { etag: '"v1"', 'content-type': 'text/html' });
      response.end(isSame ? undefined : '<title>tagged</title>');
    },
    '/dated': (request, response) =>
      response
        .writeHead(request.headers['if-modified-since'] ? 304 : 200, {
          'last-modified': 'Sat, 01 Jan 2022 00:00:00 GMT',
        })
        .end(),
    '/503-once': better('503-once', 1, bytesPage('busy', {}, 503)),
    '/503-ever': better('503-ever', 99, bytesPage('<title>busy</title>', {}, 503)),
    '/429-once': better('429-once', 1, bytesPage('wait', { 'retry-after': '1' }, 429)),
    '/cut-once': better('cut-once', 1, cut),
    '/cut-ever': better('cut-ever', 99, cut),
    '/404': better('404', 99, bytesPage('<title>none</title>', {}, 404)),
    '/many': (_request, response) => {
      now += 1;
      most = Math.max(most, now);
      setTimeout(() => {
        now -= 1;
        response.end('<title>one of many</title>');
      }, 60);
    },
    '/paper.pdf': bytesPage(buildPdf('A paper', ['The first page', 'The second page']), {
      'content-type': 'application/pdf',
    }),
    '/untyped-pdf': (_request, response) => response.end(buildPdf('Untyped', ['hello'])),
    '/robots.txt': robots(
      'User-agent: *\nDisallow: /private\nAllow: /private/open\n\nUser-agent: watt-compute\nDisallow: /not-for-us',
    ),
    '/private/x': bytesPage('<title>private</title>'),
    '/not-for-us': bytesPage('<title>not for us</title>'),
  });
  const tls = { cert: TEST_CERTIFICATE, key: TEST_KEY };
  const h2 = createSecureServer({ ...tls, allowHTTP1: true }, (request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ version: request.httpVersion, headers: request.headers }));
  });
  const h1 = createTlsServer(tls, (request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ version: request.httpVersion, raw: request.rawHeaders }));
  });
  await Promise.all(
    [h2, h1].map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))),
  );
  tlsPorts = { h2: (h2.address() as AddressInfo).port, h1: (h1.address() as AddressInfo).port };
  closeTls = () => {
    h2.close();
    h1.close();
    h1.closeAllConnections();
  };
  const started = await startScraper({
    allow: [site.port, tlsPorts.h2, tlsPorts.h1],
    names: { 'site.test': ['127.0.0.1'], 'other.test': ['127.0.0.1'], 'busy.test': ['127.0.0.1'] },
    limits: { requestsPerHost: 3 },
  });
  scrape = started.scrape;
  close = () => started.scraper.close();
});

afterAll(async () => {
  await close?.();
  closeTls?.();
  await site?.close();
});

const at = (path: string, host = 'site.test') => `http://${host}:${site.port}${path}`;

async function echoed(
  url: string,
  options: Parameters<Scrape>[1] = {},
): Promise<{ headers: Record<string, string>; raw: string[]; version: string }> {
  const outcome = await scrape(url, { output_format: 'json', ...options });
  if (outcome.kind !== 'completed') throw new Error(outcome.message);
  return outcome.data['json'] as never;
}

test('HTTP/2 where the server speaks it, with the headers of a browser in small letters', async () => {
  const url = `https://site.test:${tlsPorts.h2}/`;
  expect(await echoed(url)).toMatchObject({
    version: '2.0',
    headers: {
      'accept-encoding': 'gzip, deflate, br, zstd',
      'sec-fetch-site': 'none',
      'upgrade-insecure-requests': '1',
    },
  });
  expect(await scrape(url)).toMatchObject({
    metadata: { protocol: 'h2', timings: { tls: expect.any(Number), dns: expect.any(Number) } },
  });
});

test('HTTP/1.1 with the letters of HTTP/1.1, over TLS from the second request on', async () => {
  const url = `https://site.test:${tlsPorts.h1}/`;
  await echoed(url);
  const second = await echoed(url);
  expect(second.version).toBe('1.1');
  expect(second.raw).toEqual(
    expect.arrayContaining(['User-Agent', 'Accept-Language', 'Upgrade-Insecure-Requests']),
  );
  const plain = await echoed(at('/echo'));
  expect(plain.raw).toContain('User-Agent');
  expect(plain.headers['user-agent']).toMatch(/^Mozilla\/5\.0 .*Chrome\/\d+/);
});

test('a certificate for another name is refused', async () => {
  expect(await scrape(`https://busy.test:${tlsPorts.h2}/`)).toMatchObject({ reason: 'tls' });
});

test('zstd is unpacked, within the limits', async () => {
  expect(await scrape(at('/zstd'))).toMatchObject({ data: { title: 'packed', text: 'hello' } });
  expect(await scrape(at('/zstd-bomb'))).toMatchObject({ reason: 'too_large' });
  expect(await scrape(at('/zstd-window'))).toMatchObject({ reason: 'too_large' });
  expect(await scrape(at('/zstd-cut'))).toMatchObject({ reason: 'http' });
});

test('what the agent gives is sent, and to its host alone', async () => {
  const options = {
    headers: { Authorization: 'Bearer secret', 'X-Mine': 'yes', accept: 'text/plain' },
    cookies: { session: 'secret' },
    user_agent: 'agent/1.0',
    language: 'de-DE,de;q=0.9',
  };
  const own = await echoed(at('/echo'), { options });
  expect(own.headers).toMatchObject({
    authorization: 'Bearer secret',
    'x-mine': 'yes',
    accept: 'text/plain',
    cookie: 'session=secret',
    'user-agent': 'agent/1.0',
    'accept-language': 'de-DE,de;q=0.9',
  });
  expect(own.raw.filter((name) => /^accept$/i.test(name))).toHaveLength(1);
  expect(own.headers).not.toHaveProperty('sec-ch-ua');
  const other = await echoed(at('/away'), { options });
  expect(JSON.stringify(other)).not.toMatch(/secret|x-mine/i);
  expect(other.headers['user-agent']).toBe('agent/1.0');
});

test('a phone asks as a phone', async () => {
  const { headers } = await echoed(at('/echo'), { options: { device: 'mobile' } });
  expect(headers['user-agent']).toMatch(/Android|Mobile/);
});

test('cookies last for one job, and a site sets only its own', async () => {
  expect((await echoed(at('/sets'))).headers['cookie']).toBe('a=1');
  expect((await echoed(at('/echo'))).headers).not.toHaveProperty('cookie');
});

test('a page that has not changed is a result without a page', async () => {
  expect(await scrape(at('/tagged'))).toMatchObject({ metadata: { status: 200, etag: '"v1"' } });
  expect(await scrape(at('/tagged'), { options: { if_none_match: '"v1"' } })).toMatchObject({
    kind: 'completed',
    metadata: { status: 304 },
    data: { text: '' },
  });
  const since = { options: { if_modified_since: 'Sat, 01 Jan 2022 00:00:00 GMT' } };
  expect(await scrape(at('/dated'), since)).toMatchObject({
    metadata: { status: 304, last_modified: expect.any(String) },
  });
});

test('what can get better is tried again, and the rest is not', async () => {
  expect(await scrape(at('/503-once'))).toMatchObject({ data: { title: 'better' } });
  expect(await scrape(at('/429-once'))).toMatchObject({ data: { title: 'better' } });
  expect(await scrape(at('/cut-once'))).toMatchObject({ data: { title: 'better' } });
  expect(await scrape(at('/503-ever'))).toMatchObject({ data: { title: 'busy' }, metadata: { status: 503 } });
  expect(await scrape(at('/cut-ever'))).toMatchObject({ reason: 'connect', retryable: true });
  expect(await scrape(at('/404'))).toMatchObject({ metadata: { status: 404 } });
  expect(seen).toMatchObject({ '503-ever': 3, 'cut-ever': 3, 404: 1 });
});

test('one host gets only so many requests at a time', async () => {
  const outcomes = await Promise.all(Array.from({ length: 9 }, () => scrape(at('/many', 'busy.test'))));
  expect(outcomes.every(({ kind }) => kind === 'completed')).toBe(true);
  expect(most).toBe(3);
});

test('the text of a PDF', async () => {
  expect(await scrape(at('/paper.pdf'))).toMatchObject({
    data: { title: 'A paper', text: expect.stringMatching(/The first page\s+The second page/) },
    metadata: { content_type: 'application/pdf', timings: { parse: expect.any(Number) } },
  });
  expect(await scrape(at('/untyped-pdf'))).toMatchObject({ data: { title: 'Untyped', text: 'hello' } });
});

test('robots.txt is asked only on request, and then it holds', async () => {
  const options = { respect_robots: true };
  expect(await scrape(at('/private/x'))).toMatchObject({ data: { title: 'private' } });
  expect(site.requests).not.toContain('/robots.txt');
  expect(await scrape(at('/not-for-us'), { options })).toMatchObject({
    code: 'SCRAPE_FAILED',
    reason: 'robots',
  });
  expect(await scrape(at('/private/x'), { options })).toMatchObject({ data: { title: 'private' } });
  expect(await scrape(at('/echo'), { options })).toMatchObject({ kind: 'completed' });
  expect(site.requests.filter((path) => path === '/robots.txt')).toHaveLength(1);
});
