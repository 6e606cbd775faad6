import { expect, test } from 'vitest';
import { extractPage } from './extract-page.ts';

const input = {
  url: 'https://site.test/dir/page',
  kind: 'html',
  format: 'json',
  maxElements: 1000,
  maxCharacters: 1_000_000,
} as const;

test('in text, code has no line numbers and a formula is its source', () => {
  const text =
    '<pre><span class="ln">1</span>a\n<span class="ln">2</span>  b</pre><p>so <math><mi>c</mi><annotation encoding="application/x-tex">c^2</annotation></math>';
  expect(extractPage({ ...input, text, format: 'text' }).data).toMatchObject({ text: 'a\n  b\n\nso c^2' });
});
