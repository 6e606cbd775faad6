import { assertSelector } from '@watt/shared';
import { expect, test } from 'vitest';
import { extractPage } from './extract-page.ts';

const HTML = `<!doctype html><html lang="en-GB"><head><base href="/base/">
<title> A &amp; B
</title><meta name="Description" content="About it"><meta property="og:title" content="OG"><meta property="og:title" content="second">
<link rel="canonical" href="https://site.test/page"><script type="application/ld+json">{"@type":"Article"}</script>
<script type="application/ld+json">{broken</script></head>
<body><svg><title>drawing</title></svg><h1>Head<br>line</h1><p>One  <b>bold</b>, <i>two</i>.</p>
<ul><li>first<li>second <a href="x?y=1#z">link</a></ul>
<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>
<pre>  kept
  as is</pre><p hidden>unseen</p><p style="color:red; display : none">unseen</p><script>unseen()</script>
<a href="mailto:a@b.test">mail</a><a href="javascript:void 0">js</a><img src="//cdn.test/i.png" alt=" an  image "></body></html>`;

const input = {
  text: HTML,
  url: 'https://site.test/dir/page?q',
  kind: 'html',
  format: 'json',
  maxElements: 1000,
  maxCharacters: 1_000_000,
} as const;

test('json tells everything about a page', () => {
  const { data, title, warnings } = extractPage(input);
  expect(title).toBe('A & B');
  expect(warnings).toEqual(['a JSON-LD block is not valid JSON and was left out']);
  expect(data).toEqual({
    title: 'A & B',
    description: 'About it',
    canonical: 'https://site.test/page',
    language: 'en-GB',
    site_name: null,
    byline: null,
    published_at: null,
    modified_at: null,
    headings: [{ level: 1, text: 'Head\nline' }],
    links: [{ url: 'https://site.test/base/x?y=1#z', text: 'link' }],
    images: [{ url: 'https://cdn.test/i.png', alt: 'an image' }],
    tables: [
      {
        caption: null,
        rows: [
          ['a', 'b'],
          ['1', '2'],
        ],
      },
    ],
    json_ld: [{ '@type': 'Article' }],
    open_graph: { title: 'OG' },
    text: 'Head\nline\n\nOne bold, two.\n\n- first\n- second link\n\na\tb\n1\t2\n\n  kept\n  as is\n\nmailjs',
  });
});

test('html is the page as it came', () => {
  expect(extractPage({ ...input, format: 'html' }).data).toEqual({ title: 'A & B', html: HTML });
});

test.each([
  ['h1', 'Head\nline', '<h1>Head<br>line</h1>'],
  ['title', 'A & B', '<title> A &amp; B\n</title>'],
  ['script', '{"@type":"Article"}', '<script type="application/ld+json">{"@type":"Article"}</script>'],
  ['li:nth-child(2) a', 'link', '<a href="x?y=1#z">link</a>'],
  ['td:contains("2")', '2', '<td>2</td>'],
])('the selector %s', (selector, text, html) => {
  const selectors = { field: selector };
  expect(extractPage({ ...input, selectors }).data).toEqual({ field: text });
  expect(extractPage({ ...input, selectors, format: 'html' }).data).toEqual({ field: html });
});

test('text that needs no entity in UTF-8 is not turned into one', () => {
  const text = '<p>été &lt; 日本</p>';
  const { data } = extractPage({ ...input, text, format: 'html', selectors: { p: 'p' } });
  expect(data).toEqual({ p: text });
});

test('whatever selector passes the check before payment also runs', () => {
  const parts = [
    'a',
    '.x',
    '#y',
    '[href]',
    '*',
    ':first-child',
    ':nth-child(2n+1)',
    ':not(.x)',
    ':has(> b)',
    ':first',
    ':eq(-1)',
  ];
  const more = [
    ':checked',
    ':disabled',
    ':any-link',
    ':empty',
    ':root',
    ':scope',
    ':header',
    ':text',
    ':selected',
    ':odd',
    ':gt(1)',
  ];
  const joins = ['', ' ', ' > ', ' + ', ' ~ ', ', '];
  let count = 0;
  for (const left of [...parts, ...more]) {
    for (const right of [...parts, ...more]) {
      for (const join of joins) {
        const selector = `${left}${join}${right}`;
        if (!isAccepted(selector)) continue;
        count += 1;
        expect(
          () => extractPage({ ...input, text: '<p><a class=x>1</a></p>', selectors: { s: selector } }),
          selector,
        ).not.toThrow();
      }
    }
  }
  expect(count).toBeGreaterThan(1500);
});

function isAccepted(selector: string): boolean {
  try {
    assertSelector(selector);
    return true;
  } catch {
    // Refused is as good: the property is about those that are not.
    return false;
  }
}
