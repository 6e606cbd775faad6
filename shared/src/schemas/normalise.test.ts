import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normaliseExecute } from './execute.ts';
import { normaliseScrape } from './scrape.ts';

const url = 'https://example.com/';

describe('normaliseScrape', () => {
  test('fills the defaults', () => {
    expect(normaliseScrape({ url })).toEqual({
      url,
      output_format: 'text',
      options: { javascript: false, screenshots: false, timeout: 30 },
    });
  });

  test('keeps what was asked for, without the job id', () => {
    const request = {
      url,
      output_format: 'json' as const,
      selectors: { title: 'h1' },
      options: { javascript: true, screenshots: true, timeout: 5 },
    };
    expect(normaliseScrape({ ...request, job_id: '3f0e7b5c-9a51-4c1e-8d2a-0f6f6f6f6f6f' })).toEqual(request);
  });

  test('what is false or not given leaves no trace, so that old requests keep their form', () => {
    const options = { main_content: false, clean_html: false };
    const selectors = { a: { selector: 'b', all: false } };
    expect(JSON.stringify(normaliseScrape({ url, selectors, options }))).toBe(
      '{"url":"https://example.com/","output_format":"text","selectors":{"a":{"selector":"b"}},' +
        '"options":{"javascript":false,"screenshots":false,"timeout":30}}',
    );
  });

  test('equal requests have equal JSON, in whatever order they were written', () => {
    const text = fc.string({ minLength: 1 });
    const nested = fc.record(
      { selector: text, all: fc.boolean(), fields: fc.dictionary(text, text, { minKeys: 1 }) },
      { requiredKeys: ['selector'] },
    );
    const bodies = fc.record({
      url: fc.webUrl(),
      output_format: fc.constantFrom('text' as const, 'json' as const, 'html' as const),
      selectors: fc.dictionary(fc.string({ minLength: 1 }), fc.oneof(text, nested), { minKeys: 1 }),
      options: fc.record(
        {
          javascript: fc.boolean(),
          screenshots: fc.boolean(),
          timeout: fc.nat(60),
          main_content: fc.boolean(),
          clean_html: fc.boolean(),
        },
        { requiredKeys: [] },
      ),
    });
    fc.assert(
      fc.property(bodies, (body) => {
        const json = JSON.stringify(normaliseScrape(body));
        expect(JSON.stringify(normaliseScrape(reversed(body)))).toBe(json);
        expect(JSON.stringify(normaliseScrape(JSON.parse(json)))).toBe(json);
      }),
    );
  });
});

function reversed<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([name, member]) => [name, reversed(member)])) as T;
}

describe('normaliseExecute', () => {
  test('fills the defaults', () => {
    expect(normaliseExecute({ language: 'python', code: 'print(1)' })).toEqual({
      language: 'python',
      code: 'print(1)',
      timeout: 30,
      memory_mb: 256,
    });
  });

  test('has one order of members', () => {
    const body = { memory_mb: 64, timeout: 5, code: 'true', language: 'bash' as const };
    expect(JSON.stringify(normaliseExecute(body))).toBe(
      '{"language":"bash","code":"true","timeout":5,"memory_mb":64}',
    );
  });

  test('what is left out, or given as its default, is not there', () => {
    const body = { language: 'bash' as const, code: 'true' };
    const defaults = {
      args: [],
      env: {},
      stdin: '',
      stdin_encoding: 'base64' as const,
      files: [],
      artifacts: [],
    };
    expect(normaliseExecute({ ...body, ...defaults })).toEqual(normaliseExecute(body));
    expect(
      normaliseExecute({
        ...body,
        env: { B: '2', A: '1' },
        stdin: 'x',
        stdin_encoding: 'utf8',
        files: [{ path: 'a', content: 'b', encoding: 'utf8' }],
      }),
    ).toEqual({
      ...normaliseExecute(body),
      env: { A: '1', B: '2' },
      stdin: 'x',
      files: [{ path: 'a', content: 'b' }],
    });
    expect(Object.keys(normaliseExecute({ ...body, env: { B: '2', A: '1' } }).env ?? {})).toEqual(['A', 'B']);
  });

  test('its own normal form is its normal form', () => {
    const request = normaliseExecute({
      language: 'python',
      code: '1',
      isolation: 'vm',
      args: ['a'],
      stdin: 'AA==',
      stdin_encoding: 'base64',
      files: [{ path: 'a', content: 'AA==', encoding: 'base64' }],
      artifacts: ['b'],
    });
    expect(JSON.stringify(normaliseExecute(request))).toBe(JSON.stringify(request));
  });
});
