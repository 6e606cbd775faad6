import type { CheerioAPI } from 'cheerio/slim';
import { nodeText } from './node-text.ts';

/** What the `json` format tells of a page beside its title and text. */
export interface PageDescription {
  description: string | null;
  canonical: string | null;
  language: string | null;
  headings: { level: number; text: string }[];
  links: { url: string; text: string }[];
  images: { url: string; alt: string }[];
  json_ld: unknown[];
  open_graph: Record<string, string>;
}

/** Reads the description off a parsed page. Links and images are absolute; what is no valid address is left out. */
export function describePage($: CheerioAPI, url: string, warnings: string[]): PageDescription {
  const base = absolute($('base[href]').attr('href'), url) ?? url;
  const openGraph = readOpenGraph($);
  const { description: ogDescription } = openGraph;
  return {
    description: metaContent($, 'description') ?? ogDescription ?? null,
    canonical: absolute($('link[rel~="canonical" i]').attr('href'), base),
    language: oneLine($('html').attr('lang')),
    headings: $('h1, h2, h3, h4, h5, h6')
      .toArray()
      .map((heading) => ({ level: Number(heading.name.slice(1)), text: nodeText(heading) }))
      .filter(({ text }) => text !== ''),
    links: $('a[href]')
      .toArray()
      .flatMap((link) => {
        const target = absolute($(link).attr('href'), base);
        return target === null ? [] : [{ url: target, text: nodeText(link) }];
      }),
    images: $('img[src]')
      .toArray()
      .flatMap((image) => {
        const target = absolute($(image).attr('src'), base);
        return target === null ? [] : [{ url: target, alt: oneLine($(image).attr('alt')) ?? '' }];
      }),
    json_ld: readJsonLd($, warnings),
    open_graph: openGraph,
  };
}

/** The first title that is the page's own, not that of a drawing in it; a feed's likewise. */
export function pageTitle($: CheerioAPI): string | null {
  const title = $('title').filter((_, element) => $(element).closest('svg').length === 0);
  return oneLine(title.first().text());
}

function metaContent($: CheerioAPI, name: string): string | null {
  return oneLine($(`meta[name="${name}" i]`).attr('content'));
}

function readOpenGraph($: CheerioAPI): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const meta of $('meta[property^="og:" i]').toArray()) {
    const name = ($(meta).attr('property') ?? '').slice('og:'.length).toLowerCase();
    // Of a property that is given twice, as og:image often is, the first is the main one.
    if (name !== '' && !Object.hasOwn(properties, name)) properties[name] = $(meta).attr('content') ?? '';
  }
  return properties;
}

function readJsonLd($: CheerioAPI, warnings: string[]): unknown[] {
  return $('script[type="application/ld+json" i]')
    .toArray()
    .flatMap((script) => {
      try {
        return [JSON.parse($(script).text()) as unknown];
      } catch {
        warnings.push('a JSON-LD block is not valid JSON and was left out');
        return [];
      }
    });
}

/** Null for what is no address on the web: scripts, data, mail, and addresses that cannot be read. */
function absolute(address: string | undefined, base: string): string | null {
  if (address === undefined || !URL.canParse(address, base)) return null;
  const url = new URL(address, base);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null;
}

function oneLine(text: string | undefined): string | null {
  const line = (text ?? '').replace(/\s+/g, ' ').trim();
  return line === '' ? null : line;
}
