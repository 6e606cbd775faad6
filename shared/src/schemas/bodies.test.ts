import { Compile } from 'typebox/compile';
import { describe, expect, test } from 'vitest';
import { LIMITS } from '../limits.ts';
import { ExecuteBodySchema } from './execute.ts';
import { QuoteBodySchema } from './quote.ts';
import { ScrapeBodySchema } from './scrape.ts';

const scrape = Compile(ScrapeBodySchema);
const execute = Compile(ExecuteBodySchema);
const url = 'https://example.com/';
const job_id = '3f0e7b5c-9a51-4c1e-8d2a-0f6f6f6f6f6f';

describe('a scrape', () => {
  test.each([
    { url },
    { url, job_id },
    { url, job_id: job_id.toUpperCase() },
    { url, output_format: 'json', selectors: { title: 'h1' }, options: {} },
    { url, selectors: { 'a name\nof two lines ⚡': 'h1' } },
    { url, output_format: 'markdown', options: { main_content: true, clean_html: false } },
    { url, selectors: { a: { selector: '.card', all: true, fields: { b: 'h2', c: { selector: 'a' } } } } },
    { url, options: { javascript: false, screenshots: false, timeout: 30 } },
    { url, options: { timeout: LIMITS.scrapeTimeoutMaxSeconds } },
  ])('%j is taken', (body) => {
    expect(scrape.Check(body)).toBe(true);
  });

  test.each([
    {},
    { url: '' },
    { url: 7 },
    { url: 'x'.repeat(LIMITS.urlLength + 1) },
    { url, job_id: 'mine' },
    { url, output_format: 'pdf' },
    { url, selectors: {} },
    { url, selectors: { title: '' } },
    { url, selectors: { '': 'h1' } },
    { url, selectors: { a: {} } },
    { url, selectors: { a: { selector: 'b', every: true } } },
    { url, selectors: { a: { selector: 'b', all: 1 } } },
    { url, selectors: { a: { selector: 'b', fields: {} } } },
    { url, selectors: { a: ['b'] } },
    { url, selectors: { [`n${'a'.repeat(LIMITS.selectorNameLength)}`]: 'h1' } },
    { url, selectors: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`s${i}`, 'h1'])) },
    { url, options: { timeout: 0 } },
    { url, options: { timeout: 61 } },
    { url, options: { javascript: 'yes' } },
    { url, options: { screenshot: true } },
    { url, format: 'json' },
  ])('%j is refused', (body) => {
    expect(scrape.Check(body)).toBe(false);
  });
});

describe('an execution', () => {
  test.each([
    { language: 'python', code: 'print(1)' },
    { language: 'bash', code: 'true', timeout: 3600, memory_mb: 16, job_id },
  ])('%j is taken', (body) => {
    expect(execute.Check(body)).toBe(true);
  });

  test.each([
    { language: 'python' },
    { language: 'cobol', code: 'puts 1' },
    { language: 'python', code: '' },
    { language: 'python', code: 'x', timeout: 0 },
    { language: 'python', code: 'x', memory_mb: 15 },
    { language: 'python', code: 'x', memory_mb: 64.5 },
    { language: 'python', code: 'x', network: true },
  ])('%j is refused', (body) => {
    expect(execute.Check(body)).toBe(false);
  });
});

test('a quote takes the body of the service it names', () => {
  const quote = Compile(QuoteBodySchema);
  expect(quote.Check({ service: 'scrape', request: { url } })).toBe(true);
  expect(quote.Check({ service: 'execute', request: { language: 'bash', code: 'true' } })).toBe(true);
  expect(quote.Check({ service: 'execute', request: { url } })).toBe(false);
  expect(quote.Check({ service: 'storage', request: { url } })).toBe(false);
});
