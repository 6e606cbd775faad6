import type { Document, Element } from 'domhandler';
import { absoluteUrl } from './absolute-url.ts';
import { imageUrl } from './image-url.ts';
import { readJsonLd, type StructuredData } from './json-ld.ts';
import { nodeText } from './node-text.ts';
import { oneLine } from './one-line.ts';
import { findParts, type PageParts } from './page-parts.ts';
import { readTables, type Table } from './read-tables.ts';

const MAX_LABEL = 1_000;
const MAX_BYLINE = 120;

/** What the `json` format tells of a page beside its title and text. Dates as the page writes them. */
export interface PageDescription {
  description: string | null;
  canonical: string | null;
  language: string | null;
  site_name: string | null;
  byline: string | null;
  published_at: string | null;
  modified_at: string | null;
  headings: { level: number; text: string }[];
  links: { url: string; text: string }[];
  images: { url: string; alt: string }[];
  tables: Table[];
  json_ld: unknown[];
  open_graph: Record<string, string>;
}

/** Reads the description off a parsed page. Links and images are absolute; what is no valid address is left out. */
export function describePage(document: Document, url: string, warnings: string[]): PageDescription {
  const parts = findParts(document, url);
  const meta = readMetas(parts.metas);
  const structured = readJsonLd(parts.scripts, warnings);
  const openGraph = readOpenGraph(parts.metas);
  const { description: ogDescription, site_name: siteName } = openGraph;
  return {
    description: meta.get('description') ?? ogDescription ?? null,
    canonical: readCanonical(parts),
    language: oneLine(parts.html?.attribs['lang']),
    site_name: siteName ?? meta.get('application-name') ?? null,
    byline: readByline(parts, meta, structured),
    published_at: readDate(PUBLISHED, parts, meta) ?? structured.published,
    modified_at: readDate(MODIFIED, parts, meta) ?? structured.modified,
    ...readContents(parts),
    json_ld: structured.blocks,
    open_graph: openGraph,
  };
}

/** What a part of the page, or all of it, links to, shows and tabulates. */
export function readContents(
  parts: PageParts,
): Pick<PageDescription, 'headings' | 'links' | 'images' | 'tables'> {
  return {
    headings: parts.headings
      .map((heading) => ({
        level: Number(heading.name.slice(1)),
        text: nodeText(heading, { limit: MAX_LABEL }),
      }))
      .filter(({ text }) => text !== ''),
    links: parts.anchors.flatMap((link) => {
      const target = absoluteUrl(link.attribs['href'], parts.baseUrl);
      return target === null ? [] : [{ url: target, text: nodeText(link, { limit: MAX_LABEL }) }];
    }),
    images: parts.images.flatMap((image) => {
      const target = imageUrl(image, parts.baseUrl);
      return target === null ? [] : [{ url: target, alt: oneLine(image.attribs['alt']) ?? '' }];
    }),
    tables: readTables(parts.tables),
  };
}

/** Contents by name, in small letters; of a name that is given twice the first counts. */
function readMetas(metas: readonly Element[]): Map<string, string> {
  const contents = new Map<string, string>();
  for (const { attribs } of metas) {
    const name = (attribs['name'] ?? attribs['property'] ?? attribs['itemprop'] ?? '').trim().toLowerCase();
    const content = oneLine(attribs['content']);
    if (name !== '' && content !== null && !contents.has(name)) contents.set(name, content);
  }
  return contents;
}

function readOpenGraph(metas: readonly Element[]): Record<string, string> {
  const properties = new Map<string, string>();
  for (const { attribs } of metas) {
    const property = (attribs['property'] ?? '').toLowerCase();
    if (!property.startsWith('og:') || property === 'og:') continue;
    const name = property.slice('og:'.length);
    // Of a property that is given twice, as og:image often is, the first is the main one.
    if (!properties.has(name)) properties.set(name, attribs['content'] ?? '');
  }
  return Object.fromEntries(properties);
}

function readCanonical({ headLinks, baseUrl }: PageParts): string | null {
  const link = headLinks.find(({ attribs }) =>
    (attribs['rel'] ?? '').toLowerCase().split(/\s+/).includes('canonical'),
  );
  return absoluteUrl(link?.attribs['href'], baseUrl);
}

const AUTHORS = [
  'author',
  'article:author',
  'dc.creator',
  'dcterms.creator',
  'parsely-author',
  'sailthru.author',
];

function readByline(
  { bylines }: PageParts,
  meta: Map<string, string>,
  structured: StructuredData,
): string | null {
  if (structured.author !== null) return structured.author;
  const named = AUTHORS.map((name) => meta.get(name)).find((author) => author && !/^https?:/i.test(author));
  if (named) return named;
  const shown = bylines.map((element) => oneLine(nodeText(element, { limit: MAX_BYLINE + 1 })));
  return shown.find((text) => text !== null && text.length <= MAX_BYLINE) ?? null;
}

const PUBLISHED = {
  metas: [
    'article:published_time',
    'datepublished',
    'date',
    'dc.date',
    'dcterms.created',
    'pubdate',
    'publishdate',
  ],
  itemprop: 'datepublished',
};
const MODIFIED = {
  metas: ['article:modified_time', 'og:updated_time', 'datemodified', 'dcterms.modified', 'last-modified'],
  itemprop: 'datemodified',
};

function readDate(
  { metas, itemprop }: typeof PUBLISHED,
  { times }: PageParts,
  meta: Map<string, string>,
): string | null {
  const named = metas.map((name) => meta.get(name)).find(Boolean);
  if (named !== undefined) return named;
  const time = times.find(
    ({ attribs }) =>
      attribs['itemprop']?.toLowerCase() === itemprop ||
      (itemprop === PUBLISHED.itemprop && attribs['pubdate'] !== undefined),
  );
  return oneLine(time?.attribs['datetime']);
}
