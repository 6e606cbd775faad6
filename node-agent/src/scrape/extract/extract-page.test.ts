import { assertSelector, parseSelectors } from '@watt/shared';
import { expect, test } from 'vitest';
import { PAGE_OF_HTML } from '../../../test/scrape/page-of-html.ts';
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

const input = { ...PAGE_OF_HTML, text: HTML, url: 'https://site.test/dir/page?q' };

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
  expect(extractPage({ ...input, fields: parseSelectors(selectors) }).data).toEqual({ field: text });
  expect(extractPage({ ...input, fields: parseSelectors(selectors), format: 'html' }).data).toEqual({
    field: html,
  });
});

test('text that needs no entity in UTF-8 is not turned into one', () => {
  const text = '<p>été &lt; 日本</p>';
  const { data } = extractPage({ ...input, text, format: 'html', fields: parseSelectors({ p: 'p' }) });
  expect(data).toEqual({ p: text });
});

/** Some take a while on a machine that does other things as well. */
const HOSTILE_MS = 60_000;

const LIST = `<title>t</title><base href="/shop/"><ul>
<li class=card data-id=7><h2>One</h2><a href="a?1">more</a><i>x</i><i>y</i></li>
<li class=card><h2>Two</h2><a>none</a></li></ul><a href="mailto:a@b.test">mail</a>`;

test('lists, attributes and fields within fields', () => {
  const selectors = {
    names: { selector: 'h2', all: true },
    first: 'li@data-id',
    mail: 'a[href^=mailto]@href',
    items: {
      selector: '.card',
      all: true,
      fields: {
        title: 'h2',
        url: 'a@href',
        id: '@data-id',
        self: '.',
        marks: { selector: 'i', all: true },
        link: { selector: 'a', fields: { text: '.', to: { selector: '.', attribute: 'href' } } },
      },
    },
    missing: { selector: 'b', all: true },
  };
  const { data, warnings } = extractPage({ ...input, text: LIST, fields: parseSelectors(selectors) });
  expect(data).toEqual({
    names: ['One', 'Two'],
    first: '7',
    mail: 'mailto:a@b.test',
    items: [
      {
        title: 'One',
        url: 'https://site.test/shop/a?1',
        id: '7',
        self: '- One\n\nmorexy',
        marks: ['x', 'y'],
        link: { text: 'more', to: 'https://site.test/shop/a?1' },
      },
      {
        title: 'Two',
        url: null,
        id: null,
        self: '- Two\n\nnone',
        marks: null,
        link: { text: 'none', to: null },
      },
    ],
    missing: null,
  });
  expect(warnings.toSorted()).toEqual([
    'selector "items.id" matched nothing in 1 of 2',
    'selector "items.link.to" matched nothing in 1 of 2',
    'selector "items.marks" matched nothing in 1 of 2',
    'selector "items.url" matched nothing in 1 of 2',
    'selector "missing" matched nothing',
  ]);
});

test('a selection is given up when it outgrows a result', () => {
  const nested = '<div>'.repeat(300) + 'x'.repeat(1000);
  const selectors = { all: { selector: 'div', all: true } };
  expect(() =>
    extractPage({ ...input, text: nested, fields: parseSelectors(selectors), maxCharacters: 100_000 }),
  ).toThrow(/too large/);
});

test.each(['markdown', 'text', 'html', 'json'] as const)('%s of the main content', (format) => {
  const prose = 'A sentence, which goes on for a while, and on, so that it counts as prose. '.repeat(4);
  const text = `<title>t</title><nav><a href=/n>menu</a></nav><article><h2>Part</h2><p>${prose}<a href=/l>link</a></p></article>`;
  const { data, warnings } = extractPage({ ...input, text, format, isMainContent: true });
  expect(JSON.stringify(data)).toContain('Part');
  expect(JSON.stringify(data)).not.toContain('menu');
  if (format === 'json')
    expect(data).toMatchObject({ links: [{ url: 'https://site.test/l' }], headings: [{ text: 'Part' }] });
  expect(warnings).toEqual([]);
});

test('an article says who wrote it and when', () => {
  const text = `<html lang=de><meta property="og:site_name" content="Site"><meta name=author content="Meta">
    <script type="application/ld+json">{"@graph":[{"@type":"NewsArticle","author":[{"name":"Ada"},{"name":"Bo"}],
    "datePublished":"2024-05-01T10:00:00Z","dateModified":"2024-05-02"}]}</script><h1>h`;
  expect(extractPage({ ...input, text }).data).toMatchObject({
    ...{ language: 'de', site_name: 'Site', byline: 'Ada, Bo' },
    ...{ published_at: '2024-05-01T10:00:00Z', modified_at: '2024-05-02' },
  });
  const plain =
    '<p class="entry byline">by <a rel=author>Cy</a></p><time pubdate datetime="2020-01-01">x</time>';
  expect(extractPage({ ...input, text: plain }).data).toMatchObject({
    byline: 'by Cy',
    published_at: '2020-01-01',
  });
});

test('tables are rows, spans filled in; those that arrange the page are none', () => {
  const text = `<table><caption>C</caption><tr><th rowspan=2>a</th><th colspan=2>b</th></tr><tr><td>1</td><td>2</td></tr><tr><td>x</td></tr></table>
    <table><tr><td><table><tr><td>only</td></tr></table></td></tr></table><table><tr><td colspan=1000000000 rowspan=100000>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>`;
  const { tables } = extractPage({ ...input, text }).data as { tables: { rows: string[][] }[] };
  expect(tables[0]).toEqual({
    caption: 'C',
    rows: [
      ['a', 'b', 'b'],
      ['a', '1', '2'],
      ['x', '', ''],
    ],
  });
  expect(tables).toHaveLength(2);
  expect(tables[1]?.rows).toHaveLength(2);
});

test.each([
  ['<title>a &amp; b</title>', 'a & b'],
  ['<svg><title>no</title></svg><title> yes\n</title>', 'yes'],
  ['<svg><title>no</title></svg>', null],
  [`<head>${'<meta name=x>'.repeat(5000)}<title>late</title>`, 'late'],
  ['<title>never closed', 'never closed'],
  ['', null],
])('html finds the same title without a parse: %s', (text, title) => {
  expect(extractPage({ ...input, text, format: 'html' })).toMatchObject({ title, data: { html: text } });
  expect(extractPage({ ...input, text, format: 'text', maxElements: 10_000 }).title).toBe(title);
});

test('a deep answer in JSON is text, and a deep block of JSON-LD is left out', () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  expect(extractPage({ ...input, kind: 'json', text: deep })).toMatchObject({
    data: { text: deep },
    warnings: ['the answer nests too deep and is given as text only'],
  });
  const page = `<script type="application/ld+json">${deep}</script>`;
  expect(extractPage({ ...input, text: page }).data).toMatchObject({ json_ld: [] });
});

test.each(['text', 'json', 'html', 'markdown'] as const)(
  'hostile pages end, as %s',
  (format) => {
    for (const text of [
      '<div>'.repeat(10_000),
      `${'<b>'.repeat(10_000)}x`,
      `${'<ul><li>'.repeat(3_000)}x`,
      `${'<a href=x>'.repeat(5_000)}x`,
      `${'<blockquote>'.repeat(3_000)}x<br>y`,
      `<p>${' '.repeat(1_000_000)}</p>`,
      `<p style="${';'.repeat(100_000)}">x`,
      `<table><tr>${'<td>x'.repeat(10_000)}`,
      `<p>${'*'.repeat(200_000)}`,
      `<pre>${'`x'.repeat(200_000)}`,
      '<'.repeat(100_000),
      '&'.repeat(100_000),
    ]) {
      const page = { ...input, text, format, maxElements: 100_000, isClean: true };
      expect(extractPage(page).warnings).toEqual([]);
      expect(extractPage({ ...page, isMainContent: true }).data).toBeDefined();
    }
  },
  HOSTILE_MS,
);

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
          () =>
            extractPage({
              ...input,
              text: '<p><a class=x>1</a></p>',
              fields: parseSelectors({ s: selector }),
            }),
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
