import {
  AppError,
  DEFAULT_PRICES,
  DEFAULT_WEB_PORTS,
  parseAllowedTargets,
  parseDomainPatterns,
} from '@watt/shared';
import { describe, expect, it } from 'vitest';
import { createRequestReader, type ReadRequest } from './read-request.ts';
import type { FieldError } from './validate.ts';

const reader = createRequestReader(DEFAULT_PRICES, {
  blockedDomains: parseDomainPatterns('localhost,127.0.0.1,*.gov'),
  allowedDomains: [],
  ports: DEFAULT_WEB_PORTS,
  allowPrivate: parseAllowedTargets('127.0.0.1:8099'),
});
const url = 'https://example.com/page';
const program = { language: 'python', code: 'print(1)' };

function refusal(service: 'scrape' | 'execute', body: unknown): AppError {
  try {
    reader.read(service, body);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('the request was accepted');
}

const faultsOf = (service: 'scrape' | 'execute', body: unknown): FieldError[] =>
  refusal(service, body).extra['errors'] as FieldError[];
const totalOf = (read: ReadRequest): bigint => read.price.total / 1_000_000n;

describe('a scrape that is not valid', () => {
  it.each([
    ['no body', undefined, 'body', 'must be of type object'],
    ['null', null, 'body', 'must be of type object'],
    ['a list', [{ url }], 'body', 'must be of type object'],
    ['a text', 'x', 'body', 'must be of type object'],
    ['no url', {}, 'url', 'is missing'],
    ['a number for a url', { url: 5 }, 'url', 'must be of type string'],
    ['an empty url', { url: '' }, 'url', 'is empty'],
    ['a long url', { url: `https://e.com/${'x'.repeat(4096)}` }, 'url', 'is too long'],
    ['no url at all', { url: 'nonsense' }, 'url', 'is not a valid URL'],
    ['another scheme', { url: 'ftp://example.com/' }, 'url', 'must be an http or https address'],
    ['a password', { url: 'https://u:p@example.com/' }, 'url', 'must not contain a user name or password'],
    ['NUL in the url', { url: 'https://example.com/\0' }, 'url', 'contains a NUL character'],
    [
      'half a pair in the url',
      { url: 'https://example.com/\ud800' },
      'url',
      'contains half a surrogate pair',
    ],
    ['a bad job id', { url, job_id: 'one' }, 'job_id', 'is not a UUID'],
    ['a job id with more behind it', { url, job_id: `${crypto.randomUUID()}\n` }, 'job_id', 'is not a UUID'],
    ['a long job id', { url, job_id: 'a'.repeat(100_000) }, 'job_id', 'is not a UUID'],
    ['null for a job id', { url, job_id: null }, 'job_id', 'must be of type string'],
    ['another format', { url, output_format: 'xml' }, 'output_format', 'is not one of the known values'],
    ['a number for a format', { url, output_format: 5 }, 'output_format', 'must be of type string'],
    ['no selectors in selectors', { url, selectors: {} }, 'selectors', 'is empty'],
    ['a list of selectors', { url, selectors: ['h1'] }, 'selectors', 'must be of type object'],
    ['a selector without a name', { url, selectors: { '': 'h1' } }, 'selectors.', 'is not a known field'],
    ['an empty selector', { url, selectors: { a: '' } }, 'selectors.a', 'is empty'],
    [
      'a number for a selector',
      { url, selectors: { 'a/b~c': 5 } },
      'selectors.a/b~c',
      'must be of type string',
    ],
    [
      'a selector that is no CSS',
      { url, selectors: { a: 'h1[' } },
      'selectors.a',
      'The selector "h1[" is not valid CSS.',
    ],
    ['NUL in a selector', { url, selectors: { a: 'h1\0' } }, 'selectors.a', 'contains a NUL character'],
    ['NUL in a name', { url, selectors: { 'a\0': 'h1' } }, 'selectors', 'contains a NUL character'],
    [
      'half a pair in a name',
      { url, selectors: { '\udc00': 'h1' } },
      'selectors',
      'contains half a surrogate pair',
    ],
    ['an unknown field', { url, Selectors: {} }, 'Selectors', 'is not a known field'],
    [
      'a prototype',
      JSON.parse(`{"url":"${url}","__proto__":{"job_id":"x"}}`),
      '__proto__',
      'is not a known field',
    ],
    ['an unknown option', { url, options: { js: true } }, 'options.js', 'is not a known field'],
    [
      'a text for a flag',
      { url, options: { javascript: 'yes' } },
      'options.javascript',
      'must be of type boolean',
    ],
    ['a short time', { url, options: { timeout: 0.5 } }, 'options.timeout', 'is too small'],
    ['a long time', { url, options: { timeout: 61 } }, 'options.timeout', 'is too large'],
    ['a text for a time', { url, options: { timeout: '5' } }, 'options.timeout', 'must be of type number'],
    ['an endless time', { url, options: { timeout: Infinity } }, 'options.timeout', 'must be of type number'],
    [
      'no number for a time',
      { url, options: { timeout: Number.NaN } },
      'options.timeout',
      'must be of type number',
    ],
  ])('%s: names the field and the fix', (_, body, field, message) => {
    const [fault, ...others] = faultsOf('scrape', body);
    expect(fault).toMatchObject({ field, message });
    expect(fault?.fix).toMatch(/^[A-Z].*\.$/);
    expect(others).toEqual([]);
    expect(refusal('scrape', body)).toMatchObject({
      code: 'INVALID_REQUEST',
      message: `${field} ${message}`,
    });
  });

  it('names every fault at once', () => {
    const body = { job_id: 1, output_format: 'pdf', options: { timeout: 0 }, more: true };
    expect(faultsOf('scrape', body).map(({ field }) => field)).toEqual(
      expect.arrayContaining(['url', 'job_id', 'output_format', 'options.timeout', 'more']),
    );
  });

  it('lists all the choices', () => {
    expect(faultsOf('scrape', { url, output_format: 'xml' })[0]?.fix).toBe(
      'Give one of "text", "json", "html", "markdown".',
    );
  });

  it('has a short answer in a short time for a body made of faults', () => {
    const crowd = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, 1]));
    const body = { url, ...crowd };
    const begun = performance.now();
    expect(faultsOf('scrape', body)).toMatchObject([{ field: 'body' }]);
    expect(faultsOf('scrape', { url, selectors: crowd })).toMatchObject([{ field: 'selectors' }]);
    // A search among 100,000 names for each of 100,000 would take minutes.
    expect(performance.now() - begun).toBeLessThan(30_000);
    const longName = JSON.stringify(faultsOf('scrape', { url, ['x'.repeat(1_000_000)]: 1 }));
    expect(longName.length).toBeLessThan(1000);
    const some = Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`k${i}`, 1]));
    expect(faultsOf('scrape', { url, ...some }).length).toBeLessThanOrEqual(10);
  });

  it('says no more than 50 selectors', () => {
    const selectors = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, 'h1']));
    expect(faultsOf('scrape', { url, selectors })).toMatchObject([
      { field: 'selectors', message: 'has too many members', fix: 'Give at most 50.' },
    ]);
  });
});

describe('an execution that is not valid', () => {
  it.each([
    ['nothing', {}, 'language', 'is missing'],
    ['another language', { ...program, language: 'cobol' }, 'language', 'is not one of the known values'],
    ['no code', { ...program, code: '' }, 'code', 'is empty'],
    ['a list of code', { ...program, code: ['x'] }, 'code', 'must be of type string'],
    ['too much code', { ...program, code: 'x'.repeat(1024 * 1024 + 1) }, 'code', 'is too long'],
    ['too many bytes of code', { ...program, code: 'ä'.repeat(600_000) }, 'code', 'is larger than 1 MiB'],
    ['NUL in the code', { ...program, code: 'print(1)\0' }, 'code', 'contains a NUL character'],
    [
      'half a pair in the code',
      { ...program, code: 'print("\ud83d")' },
      'code',
      'contains half a surrogate pair',
    ],
    ['more time than any tier', { ...program, timeout: 60.5 }, 'timeout', 'is beyond the largest tier'],
    ['endless time', { ...program, timeout: 1e300 }, 'timeout', 'is beyond the largest tier'],
    ['no time', { ...program, timeout: 0 }, 'timeout', 'is too small'],
    ['negative time', { ...program, timeout: -5 }, 'timeout', 'is too small'],
    ['more memory than any tier', { ...program, memory_mb: 513 }, 'memory_mb', 'is beyond the largest tier'],
    ['too little memory', { ...program, memory_mb: 15 }, 'memory_mb', 'is too small'],
    ['broken memory', { ...program, memory_mb: 128.5 }, 'memory_mb', 'must be of type integer'],
    ['a url', { ...program, url }, 'url', 'is not a known field'],
  ])('%s: names the field and the fix', (_, body, field, message) => {
    const [fault] = faultsOf('execute', body);
    expect(fault).toMatchObject({ field, message });
    expect(fault?.fix).toMatch(/^[A-Z].*\.$/);
  });

  it('names the limits of the largest tier', () => {
    expect(faultsOf('execute', { ...program, timeout: 61 })[0]?.fix).toBe(
      'The largest tier has 60 seconds and 512 MB.',
    );
  });
});

describe('the prices of the specification', () => {
  it.each([
    ['html alone is simple', { output_format: 'html' }, 100n],
    ['html without JavaScript is simple', { output_format: 'html', options: { javascript: false } }, 100n],
    ['nothing said is standard', {}, 200n],
    ['text is standard', { output_format: 'text' }, 200n],
    ['json is standard', { output_format: 'json' }, 200n],
    ['html with selectors is standard', { output_format: 'html', selectors: { a: 'h1' } }, 200n],
    ['JavaScript', { options: { javascript: true } }, 500n],
    ['JavaScript with html', { output_format: 'html', options: { javascript: true } }, 500n],
    ['a screenshot of a simple page', { output_format: 'html', options: { screenshots: true } }, 400n],
    ['a screenshot of a standard page', { options: { screenshots: true } }, 500n],
    ['a screenshot with JavaScript', { options: { javascript: true, screenshots: true } }, 800n],
  ])('%s', (_, more, watt) => {
    expect(totalOf(reader.read('scrape', { url, ...more }))).toBe(watt);
  });

  it.each([
    [undefined, undefined, 500n],
    [1, 16, 300n],
    [5, 128, 300n],
    [5.001, 128, 500n],
    [5, 129, 500n],
    [30, 256, 500n],
    [30, 257, 1000n],
    [31, 128, 1000n],
    [60, 512, 1000n],
  ])('%s seconds and %s MB', (timeout, memory_mb, watt) => {
    const body = { ...program, ...(timeout && { timeout }), ...(memory_mb && { memory_mb }) };
    expect(totalOf(reader.read('execute', body))).toBe(watt);
  });
});

describe('a request that is valid', () => {
  it('has its defaults, and the address for the limits without its fragment', () => {
    const read = reader.read('scrape', { url: 'HTTPS://Example.com/page?a=1#part' });
    expect(read).toMatchObject({
      request: {
        url: 'https://example.com/page?a=1#part',
        output_format: 'text',
        options: { javascript: false, screenshots: false, timeout: 30 },
      },
      url: 'https://example.com/page?a=1',
      jobId: undefined,
    });
  });

  it('gives equal requests equal JSON, whatever the order of their members', () => {
    const one = reader.read('scrape', { url, selectors: { b: 'h2', a: 'h1' }, options: {} });
    const other = reader.read('scrape', { options: { timeout: 30 }, selectors: { a: 'h1', b: 'h2' }, url });
    expect(JSON.stringify(one.request)).toBe(JSON.stringify(other.request));
  });

  it('takes names that mean something to JavaScript as mere names', () => {
    const body = JSON.parse(
      `{"url":"${url}","selectors":{"__proto__":"h1","constructor":"h2","toString":"p"}}`,
    );
    const text = JSON.stringify(reader.read('scrape', body).request);
    expect(JSON.parse(text).selectors).toEqual(
      JSON.parse('{"__proto__":"h1","constructor":"h2","toString":"p"}'),
    );
    expect(({} as Record<string, unknown>)['h1']).toBeUndefined();
  });

  it('keeps the letters of a job id for its parser', () => {
    const jobId = '0F8FAD5B-D9CB-469F-A165-70867728950E';
    expect(reader.read('execute', { ...program, job_id: jobId })).toMatchObject({ jobId, url: null });
  });

  it('takes whole characters beyond the first plane', () => {
    expect(reader.read('execute', { ...program, code: 'print("😀")' }).request).toMatchObject({
      code: 'print("😀")',
    });
  });
});

it('refuses blocked addresses by their own code, before anything else about them', () => {
  expect(refusal('scrape', { url: 'http://www.nasa.gov/' })).toMatchObject({ code: 'DOMAIN_BLOCKED' });
  expect(refusal('scrape', { url: 'http://127.0.0.1:8098/' })).toMatchObject({ code: 'DOMAIN_BLOCKED' });
  expect(reader.read('scrape', { url: 'http://127.0.0.1:8099/' }).url).toBe('http://127.0.0.1:8099/');
});
