import { type Element, isTag, type ParentNode } from 'domhandler';
import type { Strictness } from './clean-content.ts';
import { nameWeight } from './likelihood.ts';
import { INLINE, linkDensity, type Measure, type Measures } from './measure.ts';

const MIN_PARAGRAPH = 25;
const MAX_CREDITED = 5;
/** A block that is no paragraph may hold many, parted by line breaks. */
const MAX_LENGTH_POINTS = 30;
/** Elements that are paragraphs, so that they speak for what holds them; other blocks speak for themselves too. */
const PARAGRAPHS = new Set([
  'p',
  'pre',
  'li',
  'dd',
  'dt',
  'blockquote',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'figcaption',
]);

export type Scores = Map<Element, number>;

type Naming = Pick<Strictness, 'usesNames' | 'keepsComments'>;

/** Gives every element that holds paragraphs its score. */
export function scoreElements(measures: Measures, naming: Naming): Scores {
  const scores: Scores = new Map();
  const credit = (element: Element, points: number) => {
    const before = scores.get(element) ?? startScore(element, naming);
    scores.set(element, before + points);
  };
  for (const [node, own] of measures) {
    if (!isTag(node) || INLINE.has(node.name) || own.ownText < MIN_PARAGRAPH) continue;
    const points = paragraphPoints(own, PARAGRAPHS.has(node.name) ? 3 : MAX_LENGTH_POINTS);
    let holder: ParentNode | null = PARAGRAPHS.has(node.name) ? node.parent : node;
    for (let level = 0; level < MAX_CREDITED && holder !== null && isTag(holder); level += 1) {
      credit(holder, level === 0 ? points : level === 1 ? points / 2 : points / (level * 3));
      holder = holder.parent;
    }
  }
  for (const [element, score] of scores) {
    const own = measures.get(element);
    if (own) scores.set(element, score * (1 - linkDensity(own)));
  }
  return scores;
}

function paragraphPoints(own: Measure, maxLengthPoints: number): number {
  return 1 + own.commas + Math.min(Math.floor(own.ownText / 100), maxLengthPoints);
}

function startScore(element: Element, { usesNames, keepsComments }: Naming): number {
  const weight = usesNames ? nameWeight(element, keepsComments) : 0;
  switch (element.name) {
    case 'div':
    case 'article':
    case 'main':
      return weight + 5;
    case 'pre':
    case 'td':
    case 'blockquote':
      return weight + 3;
    case 'ol':
    case 'ul':
    case 'dl':
    case 'form':
      return weight - 3;
    default:
      return weight;
  }
}
