import { type Element, isTag, type ParentNode } from 'domhandler';
import { isCodeBlock } from '../code-block.ts';
import { isApart, type Strictness } from './clean-content.ts';
import { linkDensity, type Measures } from './measure.ts';
import type { Scores } from './score.ts';

const WIDER = 1.2;
const PURE = 0.8;
const MIN_RIVALS = 3;
const RIVAL_SHARE = 0.75;
const MAX_RIVALS = 5;
const JOINING_SHARE = 0.2;
const MIN_JOINING = 10;
const LONG_PARAGRAPH = 80;

/** The element that scores best, or what holds several that score nearly as well, with those beside it that belong to it. */
export function chooseContent(scores: Scores, measures: Measures, strictness: Strictness): Element[] {
  const ranked = [...scores].sort(([, a], [, b]) => b - a).slice(0, MAX_RIVALS);
  const [first] = ranked;
  if (!first) return [];
  let top = commonHolder(ranked, scores) ?? first[0];
  top = outOfCode(widen(climb(top, scores), measures));
  return withSiblings(top, { scores, measures, strictness });
}

/** Text that is spread over several parts is held together by what they have in common. */
function commonHolder(ranked: [Element, number][], scores: Scores): Element | null {
  const [first, ...others] = ranked;
  if (!first) return null;
  const [top, topScore] = first;
  const rivals = others
    .filter(([, score]) => score >= topScore * RIVAL_SHARE)
    .map(([element]) => ancestors(element));
  if (rivals.length < MIN_RIVALS) return null;
  for (const holder of ancestors(top)) {
    if (holder.name === 'body' || holder.name === 'html') return null;
    if (rivals.filter((holders) => holders.includes(holder)).length >= MIN_RIVALS) {
      if (!scores.has(holder)) scores.set(holder, topScore);
      return holder;
    }
  }
  return null;
}

/** Goes up while what is above scores better, or holds nothing else. */
function climb(start: Element, scores: Scores): Element {
  let top = start;
  let last = scores.get(start) ?? 0;
  const floor = last / 3;
  for (
    let above = start.parent;
    above !== null && isTag(above) && above.name !== 'body';
    above = above.parent
  ) {
    const score = scores.get(above);
    if (score === undefined) continue;
    if (score < floor) break;
    if (score > last) {
      top = above;
      break;
    }
    last = score;
  }
  for (let above = top.parent; isSoleChild(top, above); above = top.parent) top = above;
  return top;
}

/** Goes up to what holds clearly more prose in parts like this one: articles are cut into sections by adverts and pictures. */
function widen(start: Element, measures: Measures): Element {
  let top = start;
  for (
    let child = start, above = start.parent;
    above !== null && isTag(above) && above.name !== 'body';
    child = above, above = above.parent
  ) {
    const own = measures.get(top);
    const wider = measures.get(above);
    if (!own || !wider) break;
    const alike = above.children.filter(isTag).filter((sibling) => isAlike(sibling, child));
    const prose = alike.reduce((sum, sibling) => sum + (measures.get(sibling)?.prose ?? 0), 0);
    if (prose >= own.prose * WIDER && wider.prose / wider.text >= (own.prose / own.text) * PURE) top = above;
  }
  return top;
}

/** A part of a code block is nothing without the rest of it, and what is around it. */
function outOfCode(start: Element): Element {
  let top = start;
  for (let above: ParentNode | null = start; above !== null && isTag(above); above = above.parent) {
    if (isCodeBlock(above) && above.parent !== null && isTag(above.parent)) top = above.parent;
  }
  return top;
}

function isAlike(one: Element, other: Element): boolean {
  const [first = ''] = (one.attribs['class'] ?? '').split(' ');
  return one.name === other.name && first !== '' && (other.attribs['class'] ?? '').split(' ')[0] === first;
}

function isSoleChild(element: Element, above: ParentNode | null): above is Element {
  return (
    above !== null &&
    isTag(above) &&
    above.name !== 'body' &&
    above.name !== 'html' &&
    above.children.filter(isTag).length === 1 &&
    element.parent === above
  );
}

interface JoinOptions {
  scores: Scores;
  measures: Measures;
  strictness: Strictness;
}

function withSiblings(top: Element, { scores, measures, strictness }: JoinOptions): Element[] {
  const holder = top.parent;
  if (holder === null) return [top];
  const topScore = scores.get(top) ?? 0;
  const threshold = Math.max(MIN_JOINING, topScore * JOINING_SHARE);
  const classes = top.attribs['class'] ?? '';
  const prose = measures.get(top)?.prose ?? 0;
  return holder.children.filter(isTag).filter((sibling) => {
    if (sibling === top) return true;
    const own = measures.get(sibling);
    if (
      !own ||
      (strictness.cleans && isApart(sibling, own, { prose, keepsComments: strictness.keepsComments }))
    )
      return false;
    const bonus = classes !== '' && sibling.attribs['class'] === classes ? topScore * JOINING_SHARE : 0;
    const score = scores.get(sibling);
    if (score !== undefined && score + bonus >= threshold) return true;
    if (sibling.name !== 'p') return false;
    const density = linkDensity(own);
    return own.text > LONG_PARAGRAPH ? density < 0.25 : own.text > 0 && density === 0 && own.commas > 0;
  });
}

function ancestors(element: Element): Element[] {
  const list: Element[] = [];
  for (let above = element.parent; above !== null && isTag(above); above = above.parent) list.push(above);
  return list;
}
