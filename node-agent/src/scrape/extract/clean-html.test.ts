import { expect, test } from 'vitest';
import { cleanHtml } from './clean-html.ts';
import { parseDocument } from './parse-document.ts';

const clean = (html: string) =>
  cleanHtml(parseDocument(html, { isXml: false, maxElements: 1000 }), 'https://site.test/dir/');

test.each([
  ['<!doctype html><html><head><title>t</title></head><body><p class=a onclick=x()>a', '<p>a</p>'],
  ['<script>x</script><style>x</style><!-- c --><iframe src=x></iframe><p hidden>x</p>y', 'y'],
  [
    '<a href="x" target=_blank>l</a><a href="javascript:x">j</a>',
    '<a href="https://site.test/dir/x">l</a><a>j</a>',
  ],
  [
    '<img src="/i.png" alt="&quot;q&quot;" width=1><br>',
    '<img src="https://site.test/i.png" alt="&quot;q&quot;"><br>',
  ],
  ['<p>a   b\n c</p><pre> a\n  b</pre>', '<p>a b c</p><pre> a\n  b</pre>'],
  ['<p>&lt;b&gt; &amp; c', '<p>&lt;b&gt; &amp; c</p>'],
  ['<form><input><label>x <span>y</span></label></form>', 'x y'],
  ['<td colspan=2 bgcolor=red>x</td>', '<td colspan="2">x</td>'],
  ['<x"><b>y</b>', '<b>y</b>'],
  [
    '<picture><source srcset=/b.webp><img src="data:x" data-src=/late.png alt=a></picture>',
    '<img src="https://site.test/late.png" alt="a">',
  ],
  [
    '<p>If <script type="math/tex">a<1</script>:<script type="math/tex;mode=display">b</script><script>x()</script>',
    '<p>If \\(a&lt;1\\):\\[b\\]</p>',
  ],
])('%s', (html, expected) => {
  expect(clean(html)).toBe(expected);
});
