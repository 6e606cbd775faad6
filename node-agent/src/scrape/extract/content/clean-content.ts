import { type Element, isTag } from 'domhandler';
import { isCodeBlock } from '../code-block.ts';
import { nodeText } from '../node-text.ts';
import { oneLine } from '../one-line.ts';
import { isDataTable } from '../read-tables.ts';
import { walkElements } from '../walk.ts';
import { namesOf, nameWeight } from './likelihood.ts';
import { linkDensity, type Measure, type Measures } from './measure.ts';

/** How much is left out of a page before and after its main content is chosen. */
export interface Strictness {
  dropsUnlikely: boolean;
  usesNames: boolean;
  keepsComments: boolean;
  cleans: boolean;
}

interface CleanOptions {
  measures: Measures;
  dropped: Set<Element>;
  strictness: Strictness;
  title: string | null;
  /** Of the part that stands out most. */
  prose: number;
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
/** Short parts that are called so stand around an article, not in it: who wrote it and when, what a picture shows. */
const ABOUT =
  /caption|credit|byline|author|dateline|\b(?:date|time|timestamp)\b|publish|updated|breadcrumb|copyright|related|recommend|newsletter|promo|read-?more|also-?like|tags\b|advert|sponsor/i;
const MAX_ABOUT = 400;
/** Parts within an article that are read apart from it, of any length. */
const BESIDE =
  /gallery|slideshow|carousel|(?:video|media)-?player|related|recommend|most-?popular|trending|outbrain|taboola/i;
const COMMENT_LIST = /comment-?list/i;
const OF_TABLES = new Set(['body', 'table', 'thead', 'tbody', 'tr', 'td', 'th']);
const MOST = 0.5;
const MIN_TEASERS = 3;
const MAX_TEASER = 700;
const SHARING = /\bshar(?:e|er|es|ing|ebar|edaddy|ethis)\b|\bsocial\b/i;
const COMMAS_OF_PROSE = 10;
const MAX_LINKS = 0.2;
const MAX_LINKS_IF_NAMED = 0.5;
const SHORT = 75;
const KEEPS = new Set(['pre', 'code', 'figure']);

/** Leaves out of a part of the page what is no content in it. */
export function cleanContent(
  root: Element,
  { measures, dropped, strictness, title, prose }: CleanOptions,
): void {
  let isTitleSeen = false;
  walkElements(root, (element) => {
    const own = measures.get(element);
    if (!own) return false;
    const isTitle = !isTitleSeen && isTitleHeading(element, title);
    if (isTitle) isTitleSeen = true;
    const isLeftOut = isTitle || ALWAYS.has(element.name) || isSharing(element, own) || isAbout(element, own);
    const isCleaned =
      strictness.cleans &&
      (isApart(element, own, { prose, keepsComments: strictness.keepsComments }) ||
        isFurniture(element, own, strictness));
    if (isLeftOut || isCleaned) {
      dropped.add(element);
      return false;
    }
    return !isCodeBlock(element);
  });
}

/** The page's title is given beside the content, so it is not said twice. */
function isTitleHeading(element: Element, title: string | null): boolean {
  if (element.name !== 'h1' && element.name !== 'h2') return false;
  const text = oneLine(nodeText(element, { limit: 500 }));
  return title !== null && text !== null && title.includes(text);
}

function isSharing(element: Element, own: Measure): boolean {
  return own.text < MAX_ABOUT && SHARING.test(namesOf(element));
}

function isAbout(element: Element, own: Measure): boolean {
  if (element.name === 'figcaption') return true;
  if (own.text > MAX_ABOUT || OF_TABLES.has(element.name)) return false;
  return ABOUT.test(namesOf(element));
}

/** What holds less than half of the prose and is other pages' teasers, a show of pictures, or comments. */
export function isApart(
  element: Element,
  own: Measure,
  { prose, keepsComments }: { prose: number; keepsComments: boolean },
): boolean {
  if (own.prose >= prose * MOST) return false;
  return isTeaserList(own) || isBeside(element) || (!keepsComments && isCommentList(element));
}

/** A list of other pages, each with its first sentences. */
function isTeaserList({ linkedHeadings, text }: Measure): boolean {
  return linkedHeadings >= MIN_TEASERS && text / linkedHeadings < MAX_TEASER;
}

function isBeside(element: Element): boolean {
  return !OF_TABLES.has(element.name) && BESIDE.test(namesOf(element));
}

function isCommentList(element: Element): boolean {
  return !OF_TABLES.has(element.name) && COMMENT_LIST.test(namesOf(element));
}

/** A part without prose that is called badly, or that links, controls or pictures make up. */
function isFurniture(element: Element, own: Measure, { usesNames, keepsComments }: Strictness): boolean {
  if (!SUSPECTS.has(element.name) || isInside(element, KEEPS)) return false;
  if (element.name === 'table' && isDataTable(element)) return false;
  const weight = usesNames ? nameWeight(element, keepsComments) : 0;
  if (weight < 0) return true;
  if (own.commas >= COMMAS_OF_PROSE || own.prose > own.text * MOST) return false;
  const isList = element.name === 'ul' || element.name === 'ol';
  const maxLinks = weight > 0 || isList ? MAX_LINKS_IF_NAMED : MAX_LINKS;
  return (
    linkDensity(own) > maxLinks ||
    own.controls * 3 > own.paragraphs + 2 ||
    own.images > own.paragraphs * 2 + 1 ||
    (own.embeds > 0 && own.text < SHORT)
  );
}

function isInside(element: Element, names: ReadonlySet<string>): boolean {
  for (let above = element.parent; above !== null && isTag(above); above = above.parent) {
    if (names.has(above.name)) return true;
  }
  return false;
}
