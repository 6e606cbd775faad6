import { expect, test } from 'vitest';
import { checkScrapeOptions } from './check-scrape-options.ts';
import { normaliseScrape } from './scrape.ts';

test.each([
  ...[
    'Host',
    'connection',
    'Proxy-Authorization',
    'proxy-connection',
    'Content-Length',
    'content-type',
    'TE',
  ],
  ...['Transfer-Encoding', 'upgrade', 'Expect', 'Range', 'Cookie', 'If-None-Match', 'Sec-Fetch-Site', 'Via'],
  ...['X-Forwarded-For', 'Forwarded', 'Keep-Alive', 'Accept-Encoding', 'X-HTTP-Method-Override', 'Origin'],
])('the header %s is not for callers', (name) => {
  expect(checkScrapeOptions({ headers: { [name]: 'x' } })).toMatchObject({
    field: `options.headers.${name}`,
  });
});

test.each([
  [{ headers: { 'bad name': 'x' } }, 'options.headers.bad name'],
  [{ headers: { '': 'x' } }, 'options.headers.'],
  [{ headers: { 'x-a': 'one\r\nhost: evil' } }, 'options.headers.x-a'],
  [{ headers: { 'x-a': '\u0000' } }, 'options.headers.x-a'],
  [{ headers: { 'x-a': '日' } }, 'options.headers.x-a'],
  [{ headers: { 'X-A': '1', 'x-a': '2' } }, 'options.headers.x-a'],
  [{ cookies: { 'a b': '1' } }, 'options.cookies.a b'],
  [{ cookies: { a: '1; path=/' } }, 'options.cookies.a'],
  [{ user_agent: 'a\nb' }, 'options.user_agent'],
  [{ if_none_match: '"a"', javascript: true }, 'options.if_none_match'],
  [{ if_modified_since: 'x', pdf: true }, 'options.if_modified_since'],
  [{ wait_for: { selector: 'a[' } }, 'options.wait_for.selector'],
  [{ screenshot: { selector: '>' } }, 'options.screenshot.selector'],
  [{ actions: [{ type: 'click' as const, selector: ':nope(' }] }, 'options.actions.0.selector'],
  [{ max_age: 60, headers: { 'x-a': 'b' } }, 'options.max_age'],
  [{ max_age: 0, cookies: { a: 'b' } }, 'options.max_age'],
  [{ max_age: 60, actions: [{ type: 'scroll' as const }] }, 'options.max_age'],
  [{ max_age: 60, if_none_match: '"a"' }, 'options.max_age'],
  [{ max_age: 60, if_modified_since: 'x' }, 'options.max_age'],
])('%j is refused at %s', (options, field) => {
  expect(checkScrapeOptions(options)).toMatchObject({ field });
});

test('ordinary options are fine', () => {
  const options = {
    headers: { accept: 'text/plain', Referer: 'https://a.example/', authorization: 'Bearer x' },
    cookies: { session: 'a=b%3B' },
    user_agent: 'agent/1.0',
    language: 'de-DE,de;q=0.9',
    wait_for: { selector: '#list > li', ms: 100 },
    actions: [{ type: 'click' as const, selector: 'button.more' }],
  };
  expect(checkScrapeOptions(options)).toBeNull();
});

test('a request without the options is normalised as it always was', () => {
  const request = normaliseScrape({ url: 'https://a.example/' });
  expect(JSON.stringify(request)).toBe(
    '{"url":"https://a.example/","output_format":"text","options":{"javascript":false,"screenshots":false,"timeout":30}}',
  );
});

test('options that say nothing go, those of the browser turn it on, and a second pass changes nothing', () => {
  const body = {
    url: 'https://a.example/',
    options: {
      pdf: false,
      device: 'desktop' as const,
      screenshot: { quality: 5, format: 'jpeg' as const },
      headers: { b: '2', a: '1' },
      wait_for: { ms: 5 },
    },
  };
  const request = normaliseScrape(body);
  expect(request.options).toEqual({
    javascript: true,
    screenshots: true,
    timeout: 30,
    headers: { a: '1', b: '2' },
    wait_for: { ms: 5 },
    screenshot: { format: 'jpeg', quality: 5 },
  });
  expect(JSON.stringify(normaliseScrape(request))).toBe(JSON.stringify(request));
});

test('a copy may be taken of what has nothing of the caller’s own', () => {
  const options = { max_age: 60, headers: {}, cookies: {}, user_agent: 'x', language: 'de', scroll: true };
  expect(checkScrapeOptions(options)).toBeNull();
  expect(normaliseScrape({ url: 'https://e.com/', options: { max_age: 0 } }).options.max_age).toBe(0);
});
