import { type Element, isTag, isText, type ParentNode } from 'domhandler';
import { walk } from '../walk.ts';

/** What stands under an element, dropped parts left out. */
export interface Measure {
  /** Characters, blanks around the words not counted. */
  text: number;
  linkText: number;
  commas: number;
  paragraphs: number;
  images: number;
  items: number;
  controls: number;
  embeds: number;
  headingText: number;
  /** Text that stands in the element itself or in inline elements in it. */
  ownText: number;
  /** Text in blocks that are long and not mostly links. */
  prose: number;
  /** Headings that are links, as teasers of other pages have them. */
  linkedHeadings: number;
}

export type Measures = Map<ParentNode, Measure>;

const LONG_BLOCK = 80;
const MAX_PROSE_LINKS = 0.3;
const MIN_HEADING_LINKS = 0.8;
const COMMAS = /[,،、，﹐]/g;
const WIDE = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/;
/** One such character says as much as several letters. */
const WIDE_WEIGHT = 2.5;
export const INLINE = new Set(
  (
    'a abbr acronym b bdi bdo big br cite code data del dfn em font i img ins kbd label mark nobr picture q rb rp rt ruby s ' +
    'samp small source span strike strong sub sup time tt u var wbr'
  ).split(' '),
);
const CONTROLS = new Set(['input', 'button', 'select', 'textarea']);
const EMBEDS = new Set(['iframe', 'embed', 'object', 'video']);

/** Counts everything in one walk. */
export function measure(root: ParentNode, dropped: ReadonlySet<Element>): Measures {
  const measures: Measures = new Map();
  let links = 0;
  walk(root, {
    enter(node) {
      if (isText(node)) {
        const parent = measures.get(node.parent as ParentNode);
        if (parent) addText(parent, node.data, links > 0);
        return false;
      }
      if (isTag(node)) {
        if (dropped.has(node)) return false;
        if (node.name === 'a' && node.attribs['href'] !== undefined) links += 1;
      } else if (node !== root) return false;
      measures.set(node as ParentNode, empty());
      return true;
    },
    leave(node) {
      if (!isTag(node)) return;
      if (node.name === 'a' && node.attribs['href'] !== undefined) links -= 1;
      const own = measures.get(node);
      if (own && !INLINE.has(node.name) && own.ownText >= LONG_BLOCK && linkDensity(own) < MAX_PROSE_LINKS) {
        own.prose += own.ownText;
      }
      const parent = node.parent && measures.get(node.parent);
      if (own && parent) addChild(parent, node.name, own);
    },
  });
  return measures;
}

export function linkDensity({ text, linkText }: Measure): number {
  return text === 0 ? 0 : linkText / text;
}

/** Characters that are in no link. */
export function unlinkedText(own: Measure | undefined): number {
  return own ? own.text - own.linkText : 0;
}

function empty(): Measure {
  return {
    text: 0,
    linkText: 0,
    commas: 0,
    paragraphs: 0,
    images: 0,
    items: 0,
    controls: 0,
    embeds: 0,
    headingText: 0,
    ownText: 0,
    prose: 0,
    linkedHeadings: 0,
  };
}

function addText(measure: Measure, data: string, isLink: boolean): void {
  const text = data.trim();
  if (text === '') return;
  const weight = WIDE.test(text) ? text.length * WIDE_WEIGHT : text.length;
  measure.text += weight;
  measure.ownText += weight;
  if (isLink) measure.linkText += weight;
  measure.commas += text.match(COMMAS)?.length ?? 0;
}

function addChild(parent: Measure, name: string, child: Measure): void {
  parent.text += child.text;
  parent.linkText += child.linkText;
  parent.commas += child.commas;
  parent.prose += child.prose;
  parent.paragraphs += child.paragraphs + (name === 'p' ? 1 : 0);
  parent.images += child.images + (name === 'img' ? 1 : 0);
  parent.items += child.items + (name === 'li' ? 1 : 0);
  parent.controls += child.controls + (CONTROLS.has(name) ? 1 : 0);
  parent.embeds += child.embeds + (EMBEDS.has(name) ? 1 : 0);
  parent.linkedHeadings += child.linkedHeadings;
  if (isHeading(name) && child.text > 0 && linkDensity(child) > MIN_HEADING_LINKS) parent.linkedHeadings += 1;
  parent.headingText += isHeading(name) ? child.text : child.headingText;
  if (INLINE.has(name)) parent.ownText += child.ownText;
}

function isHeading(name: string): boolean {
  return name.length === 2 && name[0] === 'h' && name >= 'h1' && name <= 'h6';
}
