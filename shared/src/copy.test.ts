import { describe, expect, test } from 'vitest';
import { copyKey, copyStatement, copyWishOf, readCopyStatement } from './copy.ts';
import { normaliseScrape, type ScrapeBody } from './schemas/scrape.ts';

const URL = 'https://example.com/';
const key = (body: Partial<ScrapeBody> = {}) => copyKey(normaliseScrape({ url: URL, ...body }));

describe('the key of a copy', () => {
  test('is the same for what differs in the age, the time and the writing', () => {
    for (const same of [
      { options: { max_age: 0 } },
      { options: { max_age: 3600, timeout: 60 } },
      { options: { javascript: false, device: 'desktop' as const, scroll: false } },
      { output_format: 'text' as const, job_id: '3f0e7b5c-9a51-4c1e-8d2a-0f6f6f6f6f6f' },
    ]) {
      expect(key(same)).toBe(key());
    }
    expect(key({ selectors: { a: 'h1', b: 'h2' } })).toBe(key({ selectors: { b: 'h2', a: 'h1' } }));
  });

  test('is another for every other difference', () => {
    const keys = [
      ...[
        key(),
        key({ url: `${URL}#part` }),
        key({ url: 'https://example.com/?' }),
        key({ output_format: 'json' }),
      ],
      ...[key({ selectors: { a: 'h1' } }), key({ selectors: { a: 'h2' } }), key({ selectors: { b: 'h1' } })],
      ...[
        { javascript: true },
        { screenshots: true },
        { pdf: true },
        { main_content: true },
        { clean_html: true },
        { user_agent: 'x' },
        { language: 'de' },
        { device: 'mobile' as const },
        { respect_robots: true },
        { scroll: true },
        { wait_for: { ms: 5 } },
        { wait_for: { ms: 6 } },
        { viewport: { width: 300, height: 300 } },
      ].map((options) => key({ options })),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('what a body wishes of copies', () => {
  const wish = (body: object) => copyWishOf(JSON.stringify(body));

  test('is the key of each of its pages, as the router reads their addresses', () => {
    const options = { max_age: 60 };
    expect(wish({ url: 'HTTPS://Example.com:443', options })).toEqual({ keys: [key()], maxAge: 60 });
    expect(wish({ urls: [URL, `${URL}a`], options })?.keys).toEqual([key(), key({ url: `${URL}a` })]);
    expect(copyWishOf(Buffer.from(JSON.stringify({ url: URL, options })))).toEqual({
      keys: [key()],
      maxAge: 60,
    });
  });

  test.each([
    [{ url: URL }],
    [{ url: URL, options: {} }],
    [{ url: URL, options: { max_age: '60' } }],
    [{ url: 'nowhere', options: { max_age: 60 } }],
    [[]],
  ])('is nothing for %j', (body) => {
    expect(wish(body)).toBeNull();
  });

  test('is nothing for what is no JSON', () => {
    for (const text of ['', 'null', '1', '{']) expect(copyWishOf(text)).toBeNull();
  });
});

test('a statement says what it is made of, and nothing else is one', () => {
  const result = { node: 'n', body_sha256: 'b', artifacts: [], finished_at: 5, job_id: 'not said' };
  const text = copyStatement(result, 'k');
  expect(text).toBe('{"artifacts":[],"body_sha256":"b","finished_at":5,"node":"n","request_sha256":"k"}');
  expect(readCopyStatement(text)).toEqual(JSON.parse(text));
  for (const other of ['', '{}', text.replace('5', '"5"'), text.replace('{', '{"job_id":"j",')]) {
    expect(readCopyStatement(other)).toBeNull();
  }
});
