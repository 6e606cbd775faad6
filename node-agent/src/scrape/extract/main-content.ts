import { type Document, type Element, isTag, type ParentNode } from 'domhandler';
import { chooseContent } from './content/choose-content.ts';
import { cleanContent, type Strictness } from './content/clean-content.ts';
import { isAway } from './content/likelihood.ts';
import { type Measures, measure } from './content/measure.ts';
import { scoreElements } from './content/score.ts';
import { isHidden } from './hidden.ts';
import { pageTitle } from './page-title.ts';
import { documentOf } from './parse-document.ts';
import { findFirst, walkElements } from './walk.ts';

const MOST = 0.5;
/** Characters that end the search; notes are short, and looser tries find comments. */
const ENOUGH = 250;
/** Of a page's text: less than that, if there is little of it, has not stood out from the rest but been picked from its like. */
const LEAST_SHARE = 0.25;

/** How strictly parts of a page are left out, from the first try to the last. */
const TRIES = [
  { dropsUnlikely: true, usesNames: true, cleans: true },
  { dropsUnlikely: false, usesNames: true, cleans: true },
  { dropsUnlikely: false, usesNames: false, cleans: true },
  { dropsUnlikely: false, usesNames: false, cleans: false },
] as const satisfies readonly Strictness[];

/**
 * The part of a page that it is read for, without menus, adverts, comments and the like; null when no part stands out. Takes
 * that part out of the document. It is found by where paragraphs are long, have commas and few links, and by what elements are called.
 */
export function findMainContent(document: Document): Document | null {
  const body: ParentNode = findFirst(document, ({ name }) => name === 'body') ?? document;
  const title = pageTitle(document);
  let best: Found | null = null;
  for (const strictness of TRIES) {
    const found = tryFind(body, strictness, title);
    if (found && (best === null || found.text > best.text)) best = found;
    if (best !== null && best.text >= ENOUGH) break;
  }
  if (best === null || best.text < ENOUGH) best = orMainElement(body, best);
  if (best === null || best.text === 0) return null;
  return prune(documentOf(best.elements), best.dropped);
}

interface Found {
  elements: Element[];
  /** What is left out of them. */
  dropped: Set<Element>;
  /** Characters, as `measure` counts them. */
  text: number;
}

function tryFind(body: ParentNode, strictness: Strictness, title: string | null): Found | null {
  const dropped = hiddenIn(body);
  let measures = measure(body, dropped);
  if (strictness.dropsUnlikely) {
    dropUnlikely(body, measures, dropped);
    measures = measure(body, dropped);
  }
  const scores = scoreElements(measures, strictness.usesNames);
  const elements = chooseContent(scores, measures, strictness.cleans);
  if (elements.length === 0) return null;
  const prose = elements.reduce((most, element) => Math.max(most, measures.get(element)?.prose ?? 0), 0);
  for (const element of elements) cleanContent(element, { measures, dropped, strictness, title, prose });
  const after = elements.reduce((sum, element) => {
    const kept = measure(element, dropped).get(element);
    return sum + (kept?.text ?? 0);
  }, 0);
  return { elements, dropped, text: after };
}

/**
 * A page without much prose (a product, a list of results) has no article to be found. Then its main element is what it is read for, if
 * it has one; else nothing is, unless what was found is a good part of it.
 */
function orMainElement(body: ParentNode, found: Found | null): Found | null {
  const dropped = hiddenIn(body);
  dropUnlikely(body, measure(body, dropped), dropped);
  const measures = measure(body, dropped);
  const mains: Element[] = [];
  walkElements(body, (element) => {
    if (dropped.has(element)) return false;
    if (element.name === 'main' || element.attribs['role'] === 'main') mains.push(element);
    return true;
  });
  const kept = found?.elements.every((element) => isWithin(element, dropped)) ? null : found;
  const [main] = mains;
  const text = main ? (measures.get(main)?.text ?? 0) : 0;
  const isMore = text * LEAST_SHARE > (kept?.text ?? 0);
  if (main && mains.length === 1 && isMore) return { elements: [main], dropped, text };
  const whole = measures.get(body)?.text ?? 0;
  return kept && kept.text >= whole * LEAST_SHARE ? kept : null;
}

function isWithin(element: Element, dropped: ReadonlySet<Element>): boolean {
  for (let node: ParentNode | null = element; node; node = node.parent) {
    if (isTag(node) && dropped.has(node)) return true;
  }
  return false;
}

function hiddenIn(body: ParentNode): Set<Element> {
  const hidden = new Set<Element>();
  walkElements(body, (element) => {
    if (!isHidden(element)) return true;
    hidden.add(element);
    return false;
  });
  return hidden;
}

/** What holds most of the page's prose is not away, whatever it is called. */
function dropUnlikely(body: ParentNode, measures: Measures, dropped: Set<Element>): void {
  const whole = measures.get(body)?.prose ?? 0;
  walkElements(body, (element) => {
    if (dropped.has(element)) return false;
    const prose = measures.get(element)?.prose ?? 0;
    if (!isAway(element) || prose > whole * MOST) return true;
    dropped.add(element);
    return false;
  });
}

function prune(document: Document, dropped: ReadonlySet<Element>): Document {
  const stack: ParentNode[] = [document];
  for (let node = stack.pop(); node; node = stack.pop()) {
    const kept = node.children.filter((child) => !(isTag(child) && dropped.has(child)));
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
