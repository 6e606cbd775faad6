import { type Element, isTag } from 'domhandler';
import { walkElements } from '../walk.ts';
import type { LikelyParts } from './likely-parts.ts';
import { unlinkedText } from './measure.ts';

/** Of the page's text: a main element with less of it is not what the page calls its content. */
const LEAST_OF_PAGE = 0.3;

export interface Region {
  elements: Element[];
  /** Whether the page itself calls it its main part. */
  isMain: boolean;
}

/** The part of a page that holds all of its own content: its main element, if it has one, else all of it. */
export function findRegion({ body, dropped, measures }: LikelyParts): Region {
  const mains: Element[] = [];
  walkElements(body, (element) => {
    if (dropped.has(element)) return false;
    const isMain = element.name === 'main' || element.attribs['role'] === 'main';
    if (isMain && unlinkedText(measures.get(element)) > 0) mains.push(element);
    return !isMain;
  });
  const [main] = mains;
  const least = unlinkedText(measures.get(body)) * LEAST_OF_PAGE;
  if (main && mains.length === 1 && unlinkedText(measures.get(main)) > least)
    return { elements: mains, isMain: true };
  return { elements: isTag(body) ? [body] : body.children.filter(isTag), isMain: false };
}
