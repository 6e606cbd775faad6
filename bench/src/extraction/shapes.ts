import type { Article } from './articles.ts';
import { furniture as f, pageOf, paragraphsOf } from './furniture.ts';

export interface Shape {
  name: string;
  /** Paragraphs of the main text. */
  size: number;
  build(article: Article): string;
  /** The main text, where it is more than the paragraphs. */
  truth?(article: Article): string;
}

const ROWS = [
  ['pier', 'length', 'depth'],
  ['north', '120 m', '4 m'],
  ['south', '95 m', '6 m'],
];
const LIST = ['Measure the bay twice', 'Order the stone early', 'Ask those who fish there'];
const CODE = 'const depth = bay.measure();\nif (depth < 4) dredge(bay);';

const interleave = (parts: string[], every: number, what: () => string) =>
  parts.map((part, i) => (i % every === every - 1 ? part + what() : part)).join('\n');
const wrap = ({ paragraphs }: Article, tag: string, attributes = '') =>
  paragraphs.map((text) => `<${tag}${attributes}>${text}</${tag}>`);
const table = `<table>${ROWS.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('')}</table>`;
const list = `<ul>${LIST.map((item) => `<li>${item}</li>`).join('')}</ul>`;

/** The ways pages are made; each is filled with the same article in several languages. */
export const SHAPES: readonly Shape[] = [
  {
    name: 'semantic elements',
    size: 8,
    build: (a) =>
      pageOf(
        a,
        `${f.nav(a)}<main><article><h1>${a.title}</h1>${f.byline(a)}${f.figure(a)}${paragraphsOf(a)}${f.share()}</article><aside>${f.linkList(a)}</aside></main><footer>${f.footer(a)}</footer>`,
      ),
  },
  {
    name: 'a blog with a sidebar and comments',
    size: 7,
    build: (a) =>
      pageOf(
        a,
        `<div id="page"><header id="masthead">${f.nav(a)}</header><div id="content"><div class="post hentry"><h1 class="entry-title">${a.title}</h1><div class="entry-meta">${a.author}</div><div class="entry-content">${paragraphsOf(a)}</div><div class="entry-footer">Tags: <a href="#">harbour</a></div></div>${f.comments(a)}</div><div id="sidebar">${f.linkList(a)}${f.newsletter()}</div></div>${f.footer(a)}`,
      ),
  },
  {
    name: 'blocks without names',
    size: 6,
    build: (a) =>
      pageOf(
        a,
        `${f.menuDivs(a)}<div><div><h1>${a.title}</h1></div><div>${paragraphsOf(a)}</div></div><div>${f.menuDivs(a)}</div>`,
      ),
  },
  {
    name: 'a layout of tables',
    size: 6,
    build: (a) =>
      pageOf(
        a,
        `<table width="100%"><tr><td colspan="2">${f.menuDivs(a)}</td></tr><tr><td width="150">${f.linkList(a)}</td><td><h2>${a.title}</h2>${paragraphsOf(a)}</td></tr><tr><td colspan="2">${f.menuDivs(a)}</td></tr></table>`,
      ),
  },
  {
    name: 'news with adverts between paragraphs',
    size: 10,
    build: (a) =>
      pageOf(
        a,
        `${f.cookies()}${f.nav(a)}<div class="story"><h1>${a.title}</h1>${f.byline(a)}${f.share()}<div class="story-body">${interleave(wrap(a, 'p'), 3, f.advert)}</div>${f.share()}</div>${f.teasers(a)}${f.footer(a)}`,
      ),
  },
  {
    name: 'sections cut by adverts',
    size: 9,
    build: (a) =>
      pageOf(
        a,
        `${f.nav(a)}<div class="wrapper"><h1>${a.title}</h1>${interleave(
          wrap(a, 'section', ' class="chunk"').map((part) =>
            part.replace('">', '"><div><p>').replace('</section>', '</p></div></section>'),
          ),
          2,
          f.advert,
        )}</div>${f.teasers(a)}${f.footer(a)}`,
      ),
  },
  {
    name: 'line breaks for paragraphs',
    size: 7,
    build: (a) =>
      pageOf(a, `${f.menuDivs(a)}<div class="text">${a.paragraphs.join('<br><br>\n')}</div>${f.menuDivs(a)}`),
  },
  {
    name: 'a form around the page',
    size: 6,
    build: (a) =>
      pageOf(
        a,
        `<form method="post" id="aspnetForm"><input type="hidden" value="x"><div class="top">${f.menuDivs(a)}<input name="q"><button>Go</button></div><div class="ms-content"><h1>${a.title}</h1>${paragraphsOf(a)}</div>${f.footer(a)}</form>`,
      ),
  },
  {
    name: 'hashed class names',
    size: 8,
    build: (a) =>
      pageOf(
        a,
        `<div id="root"><div class="css-1x2y3z">${f.menuDivs(a)}</div><div class="css-9a8b7c"><h1 class="css-77ab">${a.title}</h1><div class="css-4d5e6f">${wrap(a, 'div', ' class="css-0f0f"').join('')}</div></div><div class="css-5t6u">${f.menuDivs(a)}</div></div>`,
      ),
  },
  {
    name: 'a wrapper called after its sidebar',
    size: 7,
    build: (a) =>
      pageOf(
        a,
        `<div class="layout has-sidebar sidebar-right"><div class="region-main"><h1>${a.title}</h1>${paragraphsOf(a)}</div><div class="region-sidebar">${f.linkList(a)}${f.advert()}</div></div>${f.footer(a)}`,
      ),
  },
  {
    name: 'headings, a list and a table',
    size: 8,
    truth: (a) =>
      [
        ...a.paragraphs.slice(0, 4),
        'Steps',
        ...LIST,
        'Figures',
        ...ROWS.flat(),
        ...a.paragraphs.slice(4),
      ].join('\n'),
    build: (a) =>
      pageOf(
        a,
        `${f.nav(a)}<main><h1>${a.title}</h1>${wrap(a, 'p').slice(0, 4).join('')}<h2>Steps</h2>${list}<h2>Figures</h2>${table}${wrap(a, 'p').slice(4).join('')}</main>${f.footer(a)}`,
      ),
  },
  {
    name: 'documentation with code',
    size: 6,
    truth: (a) => [...a.paragraphs.slice(0, 3), CODE, ...a.paragraphs.slice(3)].join('\n'),
    build: (a) =>
      pageOf(
        a,
        `<div class="header">${f.menuDivs(a)}</div><div class="docs"><div class="toc" role="navigation">${f.linkList(a)}</div><div class="markdown-body"><h1>${a.title}</h1>${wrap(a, 'p').slice(0, 3).join('')}<pre><code>${CODE.replace('<', '&lt;')}</code></pre>${wrap(a, 'p').slice(3).join('')}</div></div>${f.footer(a)}`,
      ),
  },
  {
    name: 'a short note among long teasers',
    size: 2,
    build: (a) =>
      pageOf(
        a,
        `${f.nav(a)}<article class="note"><h1>${a.title}</h1>${paragraphsOf(a)}</article>${f.teasers(a)}${f.comments(a)}${f.footer(a)}`,
      ),
  },
  {
    name: 'related stories inside the article',
    size: 9,
    build: (a) =>
      pageOf(
        a,
        `${f.nav(a)}<article><h1>${a.title}</h1>${wrap(a, 'p').slice(0, 4).join('')}<div class="related-inline"><h4>Read more</h4><a href="/r">${a.other[0]}</a></div>${wrap(a, 'p').slice(4).join('')}${f.newsletter()}${f.teasers(a)}</article>${f.footer(a)}`,
      ),
  },
  {
    name: 'a gallery in the article',
    size: 7,
    build: (a) =>
      pageOf(
        a,
        `${f.nav(a)}<article><h1>${a.title}</h1>${wrap(a, 'p').slice(0, 3).join('')}<div class="gallery">${a.other
          .slice(0, 4)
          .map((text) => `<div class="slide"><img src="/g.jpg"><p class="caption">${text}</p></div>`)
          .join('')}</div>${wrap(a, 'p').slice(3).join('')}</article>${f.footer(a)}`,
      ),
  },
  {
    name: 'dialogs and text for scripts that do not run',
    size: 7,
    build: (a) =>
      pageOf(
        a,
        `<noscript><p>Please switch JavaScript on to read this page as it was meant.</p></noscript>${f.cookies()}<div class="modal" style="display: none"><p>${a.other[1]} ${a.other[2]}</p></div>${f.nav(a)}<div id="article"><h1>${a.title}</h1>${paragraphsOf(a)}<div hidden><p>${a.other[3]}</p></div></div>${f.footer(a)}`,
        '<script>var a = "<p>no text</p>";</script><style>p { color: red }</style>',
      ),
  },
  {
    name: 'links all over the text',
    size: 8,
    build: (a) =>
      pageOf(
        a,
        `${f.nav(a)}<div class="mw-body"><h1>${a.title}</h1><div class="mw-content-text">${a.paragraphs.map((text) => `<p>${text.replace(/(\S{5,})/g, (word, _, at) => (at % 3 === 0 ? `<a href="/w">${word}</a>` : word))}</p>`).join('')}</div></div>${f.footer(a)}`,
      ),
  },
  {
    name: 'no closing tags',
    size: 7,
    build: (a) =>
      `<html lang=${a.language}><title>${a.title}</title><body>${f.menuDivs(a)}<hr><h1>${a.title}</h1><div class=body>${a.paragraphs.map((text) => `<p>${text}`).join('\n')}</div><hr>${f.menuDivs(a)}`,
  },
];
