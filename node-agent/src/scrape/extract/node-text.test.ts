import { expect, test } from 'vitest';
import { PAGE_OF_HTML } from '../../../test/scrape/page-of-html.ts';
import { extractPage } from './extract-page.ts';

test('in text, code has no line numbers and a formula is its source', () => {
  const text =
    '<pre><span class="ln">1</span>a\n<span class="ln">2</span>  b</pre><p>so <math><mi>c</mi><annotation encoding="application/x-tex">c^2</annotation></math>';
  expect(extractPage({ ...PAGE_OF_HTML, text, format: 'text' }).data).toMatchObject({
    text: 'a\n  b\n\nso c^2',
  });
});
