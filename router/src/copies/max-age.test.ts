import { expect, it } from 'vitest';
import { maxAgeOf } from './max-age.ts';

it.each([
  [{ url: 'https://e.com/', options: { timeout: 5, max_age: 60 } }, 60],
  [{ url: 'https://e.com/', options: { timeout: 5, max_age: 0 } }, 0],
  [{ url: 'https://e.com/', options: { timeout: 5 } }, null],
  [{ url: 'https://e.com/', selectors: { max_age: 'h1' }, options: { timeout: 5 } }, null],
])('%j says %s', (request, age) => {
  expect(maxAgeOf({ service: 'scrape', request: JSON.stringify(request) })).toBe(age);
});

it('is nothing of a program, whatever its code', () => {
  expect(maxAgeOf({ service: 'execute', request: JSON.stringify({ options: { max_age: 1 } }) })).toBeNull();
});
