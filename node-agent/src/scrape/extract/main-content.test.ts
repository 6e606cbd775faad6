import { expect, test } from 'vitest';
import { findMainContent } from './main-content.ts';
import { nodeMarkdown } from './node-markdown.ts';
import { nodeText } from './node-text.ts';
import { parseDocument } from './parse-document.ts';

const SENTENCE =
  'The harbour was built in stages, first of timber, later of stone, and it has been widened twice since then. ';
const paragraphs = (count: number) =>
  Array.from({ length: count }, (_, i) => `<p>${i + 1}. ${SENTENCE.repeat(3)}</p>`).join('');
const TEASERS = ['One', 'Two', 'Three', 'Four']
  .map((name) => `<div class="card"><h3><a href="/${name}">${name} more</a></h3><p>${SENTENCE}</p></div>`)
  .join('');

function main(body: string): string | null {
  const html = `<!doctype html><title>The old harbour | Site</title><body>${body}</body>`;
  const content = findMainContent(parseDocument(html, { isXml: false, maxElements: 1_000_000 }));
  return content && nodeText(content.document);
}

test.each([
  [
    'an article among menus',
    (text: string) => `<nav><a href=/>Home</a></nav><article>${text}</article><footer>Imprint</footer>`,
  ],
  [
    'blocks without names',
    (text: string) => `<div><a href=/>Home</a> <a href=/b>Blog</a></div><div>${text}</div><div>Imprint</div>`,
  ],
  [
    'a layout of tables',
    (text: string) => `<table><tr><td><a href=/>Home</a></td><td>${text}</td></tr></table>`,
  ],
  [
    'a form around all of it',
    (text: string) => `<form><div id=top><input></div><div id=body>${text}</div></form>`,
  ],
  [
    'a wrapper that is called after its sidebar',
    (text: string) =>
      `<div class="layout sidebar-right"><div>${text}</div><div class=sidebar><a href=/>x</a></div></div>`,
  ],
])('%s', (_, page) => {
  const text = main(page(paragraphs(5)));
  for (const number of [1, 2, 3, 4, 5]) expect(text).toContain(`${number}. The harbour`);
  expect(text).not.toMatch(/Home|Imprint/);
});

test('what stands around an article is left out', () => {
  const text =
    main(`<main><h1>The old harbour</h1><div class="byline">By Ada</div><div class="share-buttons">Tweet</div>
    <figure><img src=x.png><figcaption>A picture of it</figcaption></figure>${paragraphs(4)}
    <div class="more-news">${TEASERS}</div><div class="newsletter-signup"><p>Subscribe to us.</p></div></main>
    <section id="comments"><p>${SENTENCE}</p></section>`);
  expect(text).toMatch(/^1\. The harbour/);
  expect(text).not.toMatch(/old harbour|By Ada|Tweet|picture of it|more|Subscribe/);
  expect(text?.match(/The harbour/g)).toHaveLength(12);
});

test('paragraphs that are line breaks', () => {
  const lines = Array.from({ length: 6 }, (_, i) => `${i + 1}. ${SENTENCE}`).join('<br><br>');
  expect(main(`<div class=x><div><a href=/a>a</a></div><div>${lines}</div></div>`)).toMatch(
    /^1\. The[\s\S]*6\. The/,
  );
});

test('an article cut into sections by adverts', () => {
  const part = (from: number) =>
    `<section class="part"><div><p>${from}. ${SENTENCE.repeat(3)}</p></div></section>`;
  const text = main(
    `<div><div id=text>${part(1)}<div class=ad>Buy</div>${part(2)}<div class=ad>Buy</div>${part(3)}</div></div>`,
  );
  expect(text).toMatch(/1\. The[\s\S]*2\. The[\s\S]*3\. The/);
  expect(text).not.toContain('Buy');
});

test('a data table in an article stays', () => {
  const rows = ['north', 'south', 'east'].map((side) => `<tr><td>${side}</td><td>12</td></tr>`).join('');
  expect(
    main(`<article>${paragraphs(2)}<table><tr><th>side</th><th>metres</th></tr>${rows}</table></article>`),
  ).toContain('south\t12');
});

test('a page without text has no main content', () => {
  expect(main('')).toBeNull();
  expect(main('<nav><a href=/>Home</a></nav><img src=x>')).toBeNull();
});

test.each([
  ['deep', '<div>'.repeat(5_000) + SENTENCE + '</div>'.repeat(5_000)],
  ['wide', `<p>${SENTENCE}</p>`.repeat(20_000)],
  ['of tables within tables', '<table><tr><td>'.repeat(400) + SENTENCE],
  ['of endless names', `<div class="${'article '.repeat(50_000)}">${SENTENCE}</div>`],
])('a page that is %s ends', (_, body) => {
  expect(main(body)).toContain('The harbour');
});

test('a page without prose is its main element', () => {
  const product = '<h1>Red kettle</h1><p>39 €</p><ul><li>2200 W<li>Steel</ul><nav>Home › Kitchen</nav>';
  const page = `<header>Shop</header><main>${product}</main><footer>© 2026, Example Ltd., all rights reserved</footer>`;
  expect(main(page)).toBe('Red kettle\n\n39 €\n\n- 2200 W\n- Steel');
});

test('of many results all are what a page is read for, and of a page with a footer not that', () => {
  const results = Array.from({ length: 8 }, (_, i) => `<div><h3>No. ${i}</h3><p>A snippet, ${i}.</p></div>`);
  expect(main(`<nav>Home</nav>${results.join('')}`)).toMatch(/^No\. 0[\s\S]*A snippet, 7\.$/);
  expect(
    main('<p>Hi</p><footer><p>Copyright 2026, Example Ltd., all rights reserved, imprint.</p></footer>'),
  ).toBe('Hi');
});

const POSTS = Array.from(
  { length: 6 },
  (_, i) =>
    `<li class="comment"><b>user${i}</b><div class="comment-text"><p>Reply ${i}. ${SENTENCE}</p></div></li>`,
).join('');

test.each([
  ['a thread', `<div class="topic"><p>What is it?</p></div><ol class="comments">${POSTS}</ol>`],
  ['a table of posts', `<table><tr><td><p>What is it?</p>${POSTS}</td></tr></table>`],
])('%s is its posts', (_, page) => {
  const text = main(`<nav><a href=/>Forum</a></nav>${page}<footer>Imprint</footer>`);
  for (const i of [0, 1, 2, 3, 4, 5]) expect(text).toContain(`Reply ${i}.`);
  expect(text).toMatch(/^[\s\S]*What is it[\s\S]*user5/);
  expect(text).not.toMatch(/Forum|Imprint/);
});

test('an article with more comments than text is the article', () => {
  const page = `<article>${paragraphs(5)}</article><ol class="comments">${POSTS.repeat(3)}</ol>`;
  expect(main(page)).not.toContain('Reply');
  expect(main(`<meta property="og:type" content="article">${page}`)).not.toContain('Reply');
});

test('a listing is all of its teasers, not the paragraph above them', () => {
  const cards = Array.from(
    { length: 30 },
    (_, i) =>
      `<li><a href=/${i}><h3>The kettle of number ${i}, in red or blue</h3></a><span>${i} €</span></li>`,
  ).join('');
  const text = main(`<div><p>${SENTENCE.repeat(3)}</p></div><div><ul class="grid">${cards}</ul></div>`);
  expect(text).toMatch(/The harbour[\s\S]*number 0[\s\S]*number 29/);
});

test('what asks for consent is not content, however long it is', () => {
  const consent = `<div id="onetrust-consent-sdk"><p>We value your privacy. ${SENTENCE.repeat(20)}</p></div>`;
  expect(main(`${consent}<div><p>Short, but what the page is about.</p></div>`)).toBe(
    'Short, but what the page is about.',
  );
});

test('comments in code are code', () => {
  const code =
    '<pre><code><span class="hljs-comment"># how</span>\n<div class="sidebar">run()</div></code></pre>';
  expect(main(`<article>${paragraphs(2)}${code}</article>`)).toContain('# how\nrun()');
});

test('a picture that a script would load keeps the address that stands beside it', () => {
  const lazy = '<p><img src="data:image/gif;base64,x"><noscript><img src="/real.png"></noscript></p>';
  const html = `<body><article>${paragraphs(3)}${lazy}</article></body>`;
  const content = findMainContent(parseDocument(html, { isXml: false, maxElements: 1_000 }));
  expect(content && nodeMarkdown(content.document, 'https://site.test/')).toContain(
    '![](https://site.test/real.png)',
  );
});
