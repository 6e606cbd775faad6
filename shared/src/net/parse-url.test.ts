import { expect, it } from 'vitest';
import { parseUrl } from './parse-url.ts';

it.each([
  ['http://bücher.test/münchen', undefined, 'http://xn--bcher-kva.test/m%C3%BCnchen'],
  ['ä', 'http://a.test/b', 'http://a.test/%C3%A4'],
  ['//c.test', new URL('https://a.test/'), 'https://c.test/'],
  ['ä', undefined, undefined],
  ['http://[1/', undefined, undefined],
  ['', undefined, undefined],
])('%j against %s', (text, base, href) => {
  expect(parseUrl(text, base)?.href).toBe(href);
});

it('says the same however often it is asked', () => {
  // Read from JSON, as what comes from outside: a literal is of another kind to V8.
  const text = JSON.parse('"http://b\u00fccher.test/"') as string;
  let refused = 0;
  for (let turn = 0; turn < 20_000; turn += 1) if (parseUrl(text) === null) refused += 1;
  expect(refused).toBe(0);
});
