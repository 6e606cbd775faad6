import type { Document, Element } from 'domhandler';
import { absoluteUrl } from './absolute-url.ts';
import { walkElements } from './walk.ts';

/** The elements that a description is read from, in the order of the document. */
export interface PageParts {
  html: Element | null;
  metas: Element[];
  headLinks: Element[];
  scripts: Element[];
  headings: Element[];
  anchors: Element[];
  images: Element[];
  tables: Element[];
  times: Element[];
  /** What says of itself that it names the author. */
  bylines: Element[];
  /** What relative addresses are relative to. */
  baseUrl: string;
}

const BYLINE = /(?:^|[\s_-])(?:byline|author)(?:$|[\s_-])/i;
const HEADING = /^h[1-6]$/;

/** Finds all of them in one walk. */
export function findParts(document: Document, url: string): PageParts {
  const parts: PageParts = {
    html: null,
    metas: [],
    headLinks: [],
    scripts: [],
    headings: [],
    anchors: [],
    images: [],
    tables: [],
    times: [],
    bylines: [],
    baseUrl: url,
  };
  let hasBase = false;
  walkElements(document, (element) => {
    const { name, attribs } = element;
    if (name === 'base' && !hasBase && attribs['href'] !== undefined) {
      hasBase = true;
      parts.baseUrl = absoluteUrl(attribs['href'], url) ?? url;
    } else listFor(parts, name)?.push(element);
    if (name === 'html') parts.html ??= element;
    if (isByline(element)) parts.bylines.push(element);
    // It repeats, for the few browsers without scripts, what the page has besides.
    return name !== 'noscript';
  });
  return parts;
}

/** The address that the page's relative ones are relative to. */
export function findBaseUrl(document: Document, url: string): string {
  let base: string | null = null;
  walkElements(document, ({ name, attribs }) => {
    if (base === null && name === 'base' && attribs['href'] !== undefined) {
      base = absoluteUrl(attribs['href'], url) ?? url;
    }
    return base === null;
  });
  return base ?? url;
}

function listFor(parts: PageParts, name: string): Element[] | null {
  switch (name) {
    case 'a':
      return parts.anchors;
    case 'img':
      return parts.images;
    case 'meta':
      return parts.metas;
    case 'link':
      return parts.headLinks;
    case 'script':
      return parts.scripts;
    case 'table':
      return parts.tables;
    case 'time':
      return parts.times;
    default:
      return HEADING.test(name) ? parts.headings : null;
  }
}

function isByline({ attribs }: Element): boolean {
  const { rel, itemprop, class: classes } = attribs;
  if (rel === 'author' || itemprop === 'author') return true;
  return classes !== undefined && BYLINE.test(classes);
}
