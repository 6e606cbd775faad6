import { describe, expect, test } from 'vitest';
import { LIMITS } from './limits.ts';
import { parseSelectors, SelectorFault } from './parse-selectors.ts';
import type { SelectorField } from './schemas/selectors.ts';

describe('parseSelectors', () => {
  test.each<[SelectorField, string | null, string | null]>([
    ['h1', 'h1', null],
    ['a@href', 'a', 'href'],
    ['.card > a:not(.x)@data-id ', '.card > a:not(.x)', 'data-id'],
    ['a[href="x@y"]', 'a[href="x@y"]', null],
    ['a[href="x@y"]@title', 'a[href="x@y"]', 'title'],
    ['.md\\@wide', '.md\\@wide', null],
    ['p:contains("a@b")', 'p:contains("a@b")', null],
    [{ selector: 'a', attribute: 'xlink:href' }, 'a', 'xlink:href'],
    [{ selector: 'a@href', all: true }, 'a', 'href'],
  ])('%j', (field, css, attribute) => {
    expect(parseSelectors({ f: field })).toMatchObject([{ name: 'f', css, attribute, fields: null }]);
  });

  test('fields within fields, and the element itself', () => {
    const [items] = parseSelectors({
      items: { selector: '.card', all: true, fields: { title: 'h2', url: 'a@href', self: '.', id: '@id' } },
    });
    expect(items).toMatchObject({
      isList: true,
      fields: [
        { name: 'title', css: 'h2' },
        { name: 'url', css: 'a', attribute: 'href' },
        { name: 'self', css: null, attribute: null },
        { name: 'id', css: null, attribute: 'id' },
      ],
    });
  });

  test.each<[Record<string, SelectorField>, string]>([
    [{ a: 'h1[' }, 'a'],
    [{ a: '.' }, 'a'],
    [{ a: '@href' }, 'a'],
    [{ a: 'b@' }, 'a'],
    [{ a: 'b@x y' }, 'a'],
    [{ a: { selector: 'b', attribute: 'x y' } }, 'a'],
    [{ a: { selector: 'b@c', attribute: 'd' } }, 'a'],
    [{ a: { selector: 'b', attribute: 'd', fields: { c: 'd' } } }, 'a'],
    [{ a: { selector: 'b', fields: { c: ':nope' } } }, 'a.c'],
    [{ a: { selector: 'b', fields: { c: { selector: 'd', fields: { e: '>' } } } } }, 'a.c.e'],
    [{ a: nest(LIMITS.selectorDepth + 1) }, `a${'.f'.repeat(LIMITS.selectorDepth)}`],
    [{ a: { selector: 'b', fields: many(LIMITS.selectors) } }, ''],
  ])('%j is refused', (selectors, field) => {
    const refusal = faultOf(selectors);
    expect(refusal.field).toBe(field);
    expect(refusal.message).toMatch(/^[A-Z].*\.$/s);
  });

  test('as many fields as are allowed, at the depth that is allowed', () => {
    expect(parseSelectors({ a: { selector: 'b', fields: many(LIMITS.selectors - 1) } })).toHaveLength(1);
    expect(parseSelectors({ a: nest(LIMITS.selectorDepth) })).toHaveLength(1);
  });
});

function faultOf(selectors: Record<string, SelectorField>): SelectorFault {
  try {
    parseSelectors(selectors);
  } catch (error) {
    if (error instanceof SelectorFault) return error;
    throw error;
  }
  throw new Error('the selectors were accepted');
}

function nest(depth: number): SelectorField {
  return depth === 1 ? 'b' : { selector: 'b', fields: { f: nest(depth - 1) } };
}

function many(count: number): Record<string, SelectorField> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, 'b']));
}
