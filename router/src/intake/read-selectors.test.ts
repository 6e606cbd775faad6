import { AppError, DEFAULT_PRICES, LIMITS } from '@watt/shared';
import { expect, it } from 'vitest';
import { createRequestReader } from './read-request.ts';
import type { FieldError } from './validate.ts';

const reader = createRequestReader(DEFAULT_PRICES, {
  blockedDomains: [],
  allowedDomains: [],
  ports: [443],
  allowPrivate: [],
});
const url = 'https://example.com/page';
const fields = { title: 'h2', url: 'a@href' };

function faultsOf(selectors: unknown): FieldError[] {
  try {
    reader.read('scrape', { url, selectors });
  } catch (error) {
    if (error instanceof AppError) return error.extra['errors'] as FieldError[];
    throw error;
  }
  throw new Error('the request was accepted');
}

it('takes lists, attributes and fields within fields', () => {
  const selectors = {
    items: { selector: '.card', all: true, fields },
    link: { selector: 'a', attribute: 'href' },
  };
  expect(reader.read('scrape', { url, selectors }).request).toMatchObject({ selectors });
});

it.each([
  [
    'a bad selector in a field',
    { items: { selector: '.card', fields: { title: 'h2[' } } },
    'selectors.items.title',
  ],
  ['an empty selector', { items: { selector: '' } }, 'selectors.items.selector'],
  ['no selector', { items: { all: true } }, 'selectors.items.selector'],
  ['an unknown member', { items: { selector: 'a', first: true } }, 'selectors.items.first'],
  ['a number for all', { items: { selector: 'a', all: 1 } }, 'selectors.items.all'],
  ['no fields in fields', { items: { selector: 'a', fields: {} } }, 'selectors.items.fields'],
  ['a number for a field', { items: { selector: 'a', fields: { b: 5 } } }, 'selectors.items.fields.b'],
  ['an attribute and fields', { items: { selector: 'a', attribute: 'b', fields } }, 'selectors.items'],
  ['NUL in a field', { items: { selector: 'a', fields: { b: 'c\0' } } }, 'selectors.items.fields.b'],
  [
    'half a pair in a name',
    { items: { selector: 'a', fields: { '\ud800': 'c' } } },
    'selectors.items.fields',
  ],
  [
    'too many in all',
    { a: { selector: 'b', fields: many(40) }, c: { selector: 'd', fields: many(40) } },
    'selectors',
  ],
  ['too many in one', { a: { selector: 'b', fields: many(LIMITS.selectors + 1) } }, 'selectors.a.fields'],
  [
    'a crowd far down',
    { a: { selector: 'b', fields: { c: { selector: 'd', fields: many(5_000) } } } },
    'selectors.a.fields.c.fields',
  ],
])('%s: refused, naming the field', (_, selectors, field) => {
  const [fault] = faultsOf(selectors);
  expect(fault?.field).toBe(field);
  expect(fault?.fix).toMatch(/^[A-Z].*\.$/);
});

it('refuses fields that nest too deep, however deep', () => {
  const nest = (depth: number): unknown =>
    depth === 0 ? 'a' : { selector: 'a', fields: { f: nest(depth - 1) } };
  expect(faultsOf({ a: nest(LIMITS.selectorDepth) })).not.toEqual([]);
  expect(faultsOf({ a: nest(2_000) })[0]?.message).toBe('nests too deep');
});

function many(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, 'b']));
}
