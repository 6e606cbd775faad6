import { type Document, type Element, isTag, type ParentNode } from 'domhandler';
import { chooseContent } from './content/choose-content.ts';
import { cleanContent, type Strictness } from './content/clean-content.ts';
import { type LikelyParts, readLikelyParts } from './content/likely-parts.ts';
import { type Measures, measure, unlinkedText } from './content/measure.ts';
import { findRegion } from './content/region.ts';
import { saysArticle } from './content/says-article.ts';
import { scoreElements } from './content/score.ts';
import { pageTitle } from './page-title.ts';
import { documentOf } from './parse-document.ts';
import { findFirst } from './walk.ts';

/** Characters that end the search; notes are short, and looser tries find comments. */
const ENOUGH = 250;
/** Characters, links not counted, that are an article even where the page has much else. */
const LONG = 4_000;
/** What an article must hold at least of the text around it, links not counted. */
const SHARE_OF_ARTICLE = 0.3;
/** The same where neither the page nor its length says that it is an article. */
const SHARE_OF_OTHERS = 0.5;
/** The same with links counted: listings are made of links. */
const SHARE_WITH_LINKS = 0.3;

/** How strictly parts of a page are left out, from the first try to the last. */
const TRIES = [
  { dropsUnlikely: true, usesNames: true, cleans: true },
  { dropsUnlikely: false, usesNames: true, cleans: true },
  { dropsUnlikely: false, usesNames: false, cleans: true },
  { dropsUnlikely: false, usesNames: false, cleans: false },
] as const;
const OF_REGION = { dropsUnlikely: true, usesNames: true, cleans: false } as const;

export interface MainContent {
  document: Document;
  /** False for all of a page but what is around its content. */
  standsOut: boolean;
}

/**
 * The part of a page that it is read for, without menus, adverts, comments and the like; null when the page has no text. Takes that
 * part out of the document. It is found by where paragraphs are long, have commas and few links, and by what elements are called;
 * where that is only a piece of the page, as on products, listings and threads, it is the page's main element or the whole page.
 */
export function findMainContent(document: Document): MainContent | null {
  const body: ParentNode = findFirst(document, ({ name }) => name === 'body') ?? document;
  const title = pageTitle(document);
  const parts = readLikelyParts(document, body);
  const found = findArticle(parts, title);
  const { elements, isMain } = findRegion(parts);
  const isPieceOf = (region: Size) => found === null || isPiece(found, region, parts, document);
  // Against more than the region will have left the answer costs less, and mostly it is no.
  const region = isPieceOf(sizeOf(elements, parts.measures)) ? cleanRegion(elements, parts, title) : null;
  const best = found !== null && (region === null || !isPieceOf(region)) ? found : region;
  if (best === null || best.text === 0) return null;
  const content = prune(documentOf(best.elements), best.dropped);
  return { document: content, standsOut: best === found || isMain || parts.keepsComments };
}

interface Size {
  /** Characters, as `measure` counts them. */
  text: number;
  /** Those that are in no link. */
  unlinked: number;
}

interface Found extends Size {
  elements: Element[];
  /** What is left out of them. */
  dropped: Set<Element>;
}

/** Where paragraphs are densest, looked for less and less strictly. */
function findArticle(parts: LikelyParts, title: string | null): Found | null {
  let best: Found | null = null;
  for (const strictness of TRIES) {
    const found = tryFind(parts, { ...strictness, keepsComments: parts.keepsComments }, title);
    if (found && (best === null || found.text > best.text)) best = found;
    if (best !== null && best.text >= ENOUGH) break;
  }
  return best;
}

function tryFind(parts: LikelyParts, strictness: Strictness, title: string | null): Found | null {
  const measures = strictness.dropsUnlikely ? parts.measures : parts.whole;
  const dropped = new Set(strictness.dropsUnlikely ? parts.dropped : parts.hidden);
  const scores = scoreElements(measures, strictness);
  const elements = chooseContent(scores, measures, strictness);
  if (elements.length === 0) return null;
  const prose = elements.reduce((most, element) => Math.max(most, measures.get(element)?.prose ?? 0), 0);
  for (const element of elements) cleanContent(element, { measures, dropped, strictness, title, prose });
  return toFound(elements, dropped);
}

function toFound(elements: Element[], dropped: Set<Element>): Found {
  const found: Found = { elements, dropped, text: 0, unlinked: 0 };
  for (const element of elements) {
    const { text, unlinked } = sizeOf([element], measure(element, dropped));
    found.text += text;
    found.unlinked += unlinked;
  }
  return found;
}

function sizeOf(elements: readonly Element[], measures: Measures): Size {
  const size: Size = { text: 0, unlinked: 0 };
  for (const element of elements) {
    const own = measures.get(element);
    size.text += own?.text ?? 0;
    size.unlinked += unlinkedText(own);
  }
  return size;
}

/** Whether what was found is only a piece of what the page is read for, or stands beside it. */
function isPiece(
  found: Found,
  region: Size,
  { dropped, keepsComments }: LikelyParts,
  document: Document,
): boolean {
  if (keepsComments) return true;
  const isBeside = found.elements.every((element) => isWithin(element, dropped));
  if (isBeside && (found.text < ENOUGH || region.text > found.text)) return true;
  if (found.unlinked < region.unlinked * SHARE_OF_ARTICLE) return true;
  const isMost =
    found.unlinked >= region.unlinked * SHARE_OF_OTHERS && found.text >= region.text * SHARE_WITH_LINKS;
  return !isMost && found.unlinked <= LONG && !saysArticle(document);
}

function isWithin(element: Element, dropped: ReadonlySet<Element>): boolean {
  for (let node: ParentNode | null = element; node; node = node.parent) {
    if (isTag(node) && dropped.has(node)) return true;
  }
  return false;
}

/** The region without what is no content in it, however much that is. */
function cleanRegion(region: Element[], parts: LikelyParts, title: string | null): Found {
  const { measures, keepsComments } = parts;
  const dropped = new Set(parts.dropped);
  const strictness = { ...OF_REGION, keepsComments };
  for (const element of region) cleanContent(element, { measures, dropped, strictness, title, prose: 0 });
  return toFound(region, dropped);
}

function prune(document: Document, dropped: ReadonlySet<Element>): Document {
  const stack: ParentNode[] = [document];
  for (let node = stack.pop(); node; node = stack.pop()) {
    // A late picture's address may stand in what is hidden beside it.
    const kept = node.children.filter(
      (child) => !(isTag(child) && dropped.has(child) && child.name !== 'noscript'),
    );
    if (kept.length !== node.children.length) {
      for (const [index, child] of kept.entries()) {
        child.prev = kept[index - 1] ?? null;
        child.next = kept[index + 1] ?? null;
      }
      node.children = kept;
    }
    for (const child of kept) if (isTag(child)) stack.push(child);
  }
  return document;
}
