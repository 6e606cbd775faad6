import { createServer } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { EUROS, JAPANESE, NASTY_PAGES, startRawServer, WAITING_PAGES } from './nasty-pages.ts';
import { type Scrape, startScraper } from './start-scraper.ts';
import { redirectPage, startWebSite, type WebSite } from './web-site.ts';

/** A few milliseconds on an idle machine. Without a deadline these pages would never end. */
const OVERSHOOT_MS = 30_000;

let site: WebSite;
let raw: Awaited<ReturnType<typeof startRawServer>>;
let scrape: Scrape;
let close: () => Promise<void>;

beforeAll(async () => {
  raw = await startRawServer();
  const pages = { ...NASTY_PAGES };
  site = await startWebSite(pages);
  pages['/hop2'] = redirectPage(`//127.0.0.1:${site.port}/arrived#there`, 308);
  const started = await startScraper({ allow: [site.port, raw.port, 1], names: { 'gone.test': [] } });
  scrape = started.scrape;
  close = () => started.scraper.close();
});

afterAll(async () => {
  await close?.();
  await vi.waitFor(() => expect(site.openSockets()).toBe(0), { timeout: 60_000 });
  await site?.close();
  await raw?.close();
});

const at = (path: string) => `${site.origin}${path}`;

test.each([
  ['/sjis-header', JAPANESE, 'Shift_JIS'],
  ['/sjis-meta', JAPANESE, 'Shift_JIS'],
  ['/eucjp-meta', JAPANESE, 'EUC-JP'],
  ['/late-meta', JAPANESE, 'Shift_JIS'],
  ['/1252-header', EUROS, 'windows-1252'],
  ['/1252-as-latin1', EUROS, 'windows-1252'],
  ['/1252-undeclared', EUROS, 'windows-1252'],
  ['/1252-bad-label', EUROS, 'windows-1252'],
  ['/utf8-undeclared', JAPANESE, 'UTF-8'],
  ['/utf8-bom-beats-header', JAPANESE, 'UTF-8'],
  ['/utf16le-bom', JAPANESE, 'UTF-16LE'],
  ['/koi8r', 'Привет', 'KOI8-R'],
  ['/gbk', '中文网页', 'GBK'],
])('%s reads "%s" as %s', async (path, title, encoding) => {
  const outcome = await scrape(at(path));
  expect(outcome).toMatchObject({ kind: 'completed', data: { title }, metadata: { encoding } });
});

test.each(['/gzip', '/gzip-members', '/br', '/deflate', '/deflate-raw', '/gzip-twice'])(
  '%s is unpacked',
  async (path) => {
    expect(await scrape(at(path))).toMatchObject({
      kind: 'completed',
      data: { title: 'packed', text: 'hello' },
    });
  },
);

test.each([
  ['/gzip-cut', 'http'],
  ['/gzip-not', 'http'],
  ['/gzip-bomb', 'too_large'],
  ['/gzip-bomb-twice', 'too_large'],
  ['/br-bomb', 'too_large'],
  ['/codings-many', 'http'],
  ['/zstd', 'http'],
  ['/zstd-bomb', 'too_large'],
  ['/coding-unknown', 'http'],
  ['/early-end', 'connect'],
  ['/lying-image', 'unsupported_type'],
  ['/loop', 'redirects'],
  ['/ping', 'redirects'],
  ['/redirect-nowhere', 'redirects'],
  ['/huge', 'too_large'],
  ['/wide', 'too_large'],
  ['/abyss', 'too_large'],
  ['/endless', 'too_large'],
  ['/png', 'unsupported_type'],
  ['/pdf', 'parse'],
  ['/zip', 'unsupported_type'],
])('%s fails: %s', async (path, reason) => {
  expect(await scrape(at(path))).toMatchObject({ kind: 'failed', code: 'SCRAPE_FAILED', reason });
});

test.each([
  ['/length-too-long', 'connect'],
  ['/chunks-cut', 'connect'],
  ['/two-lengths', 'http'],
  ['/bad-chunk', 'http'],
  ['/negative-length', 'http'],
  ['/not-http', 'http'],
  ['/nothing', 'connect'],
  ['/switching', 'connect'],
  ['/huge-header', 'http'],
  ['/no-type-binary', 'unsupported_type'],
])('the raw answer %s fails: %s', async (path, reason) => {
  const outcome = await scrape(`http://127.0.0.1:${raw.port}${path}`);
  expect(outcome).toMatchObject({ kind: 'failed', code: 'SCRAPE_FAILED', reason });
});

test.each([
  ['/no-type', 'untyped'],
  ['/hints', 'hints'],
  ['/http10', 'ten'],
])('the raw answer %s is read, and looked at where it has no type', async (path, title) => {
  expect(await scrape(`http://127.0.0.1:${raw.port}${path}`)).toMatchObject({ data: { title } });
});

test.each([
  ['/not-really-gzip-br', { title: 'packed', text: 'hello' }],
  ['/meta-refresh', { title: 'refresh', text: 'stay' }],
  ['/consent', { title: 'article', text: expect.stringContaining('the article behind the wall') }],
  ['/attributes', { title: 'attributes', text: 'text' }],
  ['/long-attribute', { title: 'attribute', text: 'text' }],
  ['/entities', { title: 'entities', text: expect.stringMatching(/^&A.*&A/) }],
  ['/comments', { title: 'comments', text: expect.stringContaining('text') }],
  ['/table', { title: 'table', text: expect.stringMatching(/^a\tb\na\tb\n/) }],
  ['/unclosed', { title: 'unclosed', text: 'text' }],
  ['/nested-forms', { title: 'forms', text: 'text' }],
  ['/headers-many', { title: 'headers' }],
  ['/cookies-many', { title: 'arrived' }],
  ['/204', { title: null, text: '' }],
  ['/range', { title: 'part' }],
  ['/json-deep', { text: expect.stringMatching(/^\[\[/) }],
  ['/deep', { title: 'deep', text: 'the bottom' }],
  ['/long-line', { title: 'line', text: 'end' }],
  ['/empty', { title: null, text: '' }],
  ['/only-text', { title: null, text: 'no tags at all' }],
  ['/broken', { title: 'brokén', text: 'one\n\ntwo\n\na\tb' }],
  ['/redirect-without', { title: 'no location', text: '' }],
  ['/redirect-empty', { title: 'empty location', text: '' }],
  ['/plain', { title: null, text: 'plain <b>text</b>' }],
  ['/rss', { title: 'feed', text: 'feed\none' }],
])('%s is read', async (path, data) => {
  expect(await scrape(at(path))).toMatchObject({ kind: 'completed', data });
});

test('deep lists keep the text at their bottom', async () => {
  const outcome = await scrape(at('/deep-lists'));
  expect(outcome).toMatchObject({ data: { text: expect.stringContaining('the bottom') } });
});

test.each(['text', 'html', 'json'] as const)(
  'a page without UTF-8 form becomes one that has it, as %s',
  async (output_format) => {
    const outcome = await scrape(at('/surrogate'), { output_format });
    const json = JSON.stringify(outcome);
    expect(JSON.stringify(JSON.parse(Buffer.from(json).toString()))).toBe(json);
    expect(json).not.toMatch(/(?<!\\)\\ud800/);
  },
);

test.each([
  ['/missing', 404, 'gone'],
  ['/broke', 503, 'down'],
])('%s is a result with the status %i', async (path, status, title) => {
  expect(await scrape(at(path))).toMatchObject({ kind: 'completed', data: { title }, metadata: { status } });
});

test('redirects are followed and told', async () => {
  const outcome = await scrape(at('/hop1'));
  expect(outcome).toMatchObject({
    kind: 'completed',
    data: { title: 'arrived' },
    metadata: {
      url: at('/arrived#there'),
      requested_url: at('/hop1'),
      redirects: [
        { url: at('/hop1'), status: 301 },
        { url: at('/hop2?x=%C3%BC'), status: 308 },
      ],
    },
  });
});

test('JSON stays JSON', async () => {
  const json = { a: [1, 2, '<meta charset=gbk>é'] };
  expect(await scrape(at('/json'), { output_format: 'json' })).toMatchObject({
    data: { json },
    metadata: { encoding: 'UTF-8' },
  });
  expect(await scrape(at('/json-bad'), { output_format: 'json' })).toMatchObject({
    data: { text: '{"a":' },
    metadata: { warnings: ['the answer says it is JSON, but is not valid'] },
  });
});

test('selectors: text, markup, nothing, and one that is not valid', async () => {
  const selectors = { title: 'title', cell: 'td:last-child', none: '.no' };
  const url = at('/broken');
  const warnings = ['selector "none" matched nothing'];
  const text = { title: 'brokén', cell: 'b', none: null };
  expect(await scrape(url, { selectors })).toMatchObject({
    data: text,
    metadata: { title: 'brokén', warnings },
  });
  expect(await scrape(url, { selectors, output_format: 'json' })).toMatchObject({ data: text });
  expect(await scrape(url, { selectors, output_format: 'html' })).toMatchObject({
    data: { title: '<title>brokén</title>', cell: '<td>b</td>', none: null },
  });
  expect(await scrape(url, { selectors: { x: 'a[' } })).toMatchObject({
    reason: 'selector',
    retryable: false,
  });
});

test.each(WAITING_PAGES)('%s ends at the deadline', async (path) => {
  const startedAt = performance.now();
  expect(await scrape(at(path), { options: { timeout: 1 } })).toMatchObject({
    reason: 'timeout',
    retryable: true,
  });
  expect(performance.now() - startedAt).toBeLessThan(1000 + OVERSHOOT_MS);
});

test('a closed port, a name that does not exist, and a name without an address', async () => {
  expect(await scrape('http://127.0.0.1:1/')).toMatchObject({ reason: 'connect', retryable: true });
  expect(await scrape('http://nowhere.test/')).toMatchObject({ reason: 'dns', retryable: false });
  expect(await scrape('http://gone.test/')).toMatchObject({ reason: 'dns' });
});

test('plain HTTP where TLS was asked for', async () => {
  expect(await scrape(`https://127.0.0.1:${site.port}/`)).toMatchObject({ kind: 'failed', reason: 'tls' });
});

test('a selector that would take minutes is killed with its thread, and the next page is served', async () => {
  const url = at('/quadratic');
  const startedAt = performance.now();
  const outcome = await scrape(url, {
    selectors: { x: 'p ~ div' },
    options: { timeout: 1 },
  });
  expect(outcome).toMatchObject({ kind: 'failed', reason: 'timeout' });
  expect(performance.now() - startedAt).toBeLessThan(1000 + OVERSHOOT_MS);
  expect(await scrape(at('/gzip'))).toMatchObject({ data: { title: 'packed' } });
});

test('entities of XML are neither unfolded nor fetched', async () => {
  for (const path of ['/xml-bomb', '/xml-external']) {
    const outcome = await scrape(at(path));
    expect(outcome).toMatchObject({ kind: 'completed' });
    expect(JSON.stringify(outcome).length).toBeLessThan(2_000);
    expect(JSON.stringify(outcome)).not.toContain('root:');
  }
});

test('a PDF that unpacks to more than a page may have is given up', async () => {
  expect(await scrape(at('/pdf-bomb'), { options: { timeout: 20 } })).toMatchObject({
    kind: 'failed',
    reason: expect.stringMatching(/too_large|parse|timeout/),
  });
});

test('all of them leave the memory as it was', async () => {
  const paths = Object.keys(NASTY_PAGES).filter(
    (path) => path !== '/pdf-bomb' && !WAITING_PAGES.includes(path),
  );
  const pass = async () => {
    for (const path of paths) await scrape(at(path), { options: { timeout: 5 } });
    return usedBytes();
  };
  const before = await pass();
  const after = await pass();
  expect(paths.length).toBeGreaterThan(60);
  expect(after - before).toBeLessThan(16 * 1024 * 1024);
});

test('a page needs a browser that this node lacks', async () => {
  expect(await scrape(at('/gzip'), { options: { javascript: true } })).toMatchObject({
    reason: 'browser',
    retryable: true,
  });
});

test('the caller who gives up gets the own reason back', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const { scraper } = await startScraper({ allow: [port] });
  const caller = new AbortController();
  const task = {
    url: `http://127.0.0.1:${port}/`,
    output_format: 'text' as const,
    options: { javascript: false, screenshots: false, timeout: 10 },
  };
  const work = scraper.scrape(task, caller.signal);
  caller.abort(new Error('lease withdrawn'));
  await expect(work).rejects.toThrow('lease withdrawn');
  await scraper.close();
  await new Promise((resolve) => server.close(resolve));
});

/** What this thread holds after a full collection. */
async function usedBytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let turn = 0; turn < 3; turn += 1) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
