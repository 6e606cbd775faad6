import { expect, test } from 'vitest';
import { assertSelector } from './scrape-selector.ts';

const GOOD = [
  ...['h1', '.article-body', '#a > p', 'a[href^="https"]', 'a, b', '*', 'ul li:nth-child(2n+1)', 'li:first'],
  ...[
    'p:contains("x")',
    'div:has(> a)',
    ':not(.a, .b)',
    'li:eq(-1)',
    'input:checked',
    '.a ~ .b + c',
    'meta[name=x i]',
  ],
];
test.each(GOOD)('%s is accepted', (selector) => {
  expect(() => assertSelector(selector)).not.toThrow();
});

test.each([
  ...[
    '',
    '  ',
    '>',
    'a >',
    '> a',
    'a,',
    '[',
    'a[',
    ':nope',
    'a::before',
    'svg|a',
    ':is()',
    ':not',
    'a:nth-child(x)',
  ],
  ...[
    'li:eq(x)',
    ':empty(a)',
    ':has(a:first)',
    'a || b',
    'x'.repeat(1001),
    ':not(:not(:not(:not(:not(a)))))',
  ],
])('%s is refused with a sentence', (selector) => {
  expect(() => assertSelector(selector)).toThrow(/selector/i);
});
