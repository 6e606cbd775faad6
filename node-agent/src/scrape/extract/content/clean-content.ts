import { type Element, isTag } from 'domhandler';
import type { Strictness } from '../main-content.ts';
import { nodeText } from '../node-text.ts';
import { oneLine } from '../one-line.ts';
import { isDataTable } from '../read-tables.ts';
import { walkElements } from '../walk.ts';
import { nameWeight } from './likelihood.ts';
import { linkDensity, type Measure, type Measures } from './measure.ts';

interface CleanOptions {
  measures: Measures;
  dropped: Set<Element>;
  strictness: Strictness;
  title: string | null;
}

const ALWAYS = new Set([
  'footer',
  'aside',
  'button',
  'input',
  'select',
  'textarea',
  'nav',
  'link',
  'meta',
  'object',
  'embed',
  'iframe',
]);
const SUSPECTS = new Set(['form', 'fieldset', 'table', 'ul', 'ol', 'div', 'section', 'dl']);
const SHARING = /(?:\b|_)(?:share|sharedaddy|social)(?:\b|_)/i;
const COMMAS_OF_PROSE = 10;

/** Leaves out of a part of the page what is no content in it. */
export function cleanContent(root: Element, { measures, dropped, strictness, title }: CleanOptions): void {
  let isTitleSeen = false;
  walkElements(root, (element) => {
    const own = measures.get(element);
    if (!own) return false;
    const isTitle = !isTitleSeen && isTitleHeading(element, title);
    if (isTitle) isTitleSeen = true;
    if (
      isTitle ||
      ALWAYS.has(element.name) ||
      isSharing(element, own) ||
      (strictness.cleans && isSuspect(element, own, strictness))
    ) {
      dropped.add(element);
      return false;
    }
    return true;
  });
}

/** The page's title is given beside the content, so it is not said twice. */
function isTitleHeading(element: Element, title: string | null): boolean {
  if (element.name !== 'h1' && element.name !== 'h2') return false;
  const text = oneLine(nodeText(element, { limit: 500 }));
  return title !== null && text !== null && title.includes(text);
}

function isSharing({ attribs }: Element, own: Measure): boolean {
  return own.text < 500 && SHARING.test(`${attribs['class'] ?? ''} ${attribs['id'] ?? ''}`.slice(0, 500));
}

function isSuspect(element: Element, own: Measure, { usesNames }: Strictness): boolean {
  if (!SUSPECTS.has(element.name)) return false;
  if (element.name === 'table' && isDataTable(element)) return false;
  if (isInside(element, 'pre') || isInside(element, 'code')) return false;
  const weight = usesNames ? nameWeight(element) : 0;
  if (weight < 0) return true;
  if (own.commas >= COMMAS_OF_PROSE) return false;
  const isList = element.name === 'ul' || element.name === 'ol';
  const density = linkDensity(own);
  const headings = own.text === 0 ? 0 : own.headingText / own.text;
  return (
    (own.images > 1 && own.paragraphs / own.images < 0.5 && !isInside(element, 'figure')) ||
    (!isList && own.items - 100 > own.paragraphs) ||
    own.controls > Math.floor(own.paragraphs / 3) ||
    (!isList &&
      headings < 0.9 &&
      own.text < 25 &&
      (own.images === 0 || own.images > 2) &&
      !isInside(element, 'figure') &&
      density > 0) ||
    (!isList && weight < 25 && density > 0.2) ||
    (weight >= 25 && density > 0.5) ||
    (own.embeds === 1 && own.text < 75) ||
    own.embeds > 1
  );
}

function isInside(element: Element, name: string): boolean {
  for (let above = element.parent; above !== null && isTag(above); above = above.parent) {
    if (above.name === name) return true;
  }
  return false;
}
