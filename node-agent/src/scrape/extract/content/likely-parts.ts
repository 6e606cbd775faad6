import type { Document, Element, ParentNode } from 'domhandler';
import { isCodeBlock } from '../code-block.ts';
import { isHidden } from '../hidden.ts';
import { walkElements } from '../walk.ts';
import { asksConsent, isAway, isComments } from './likelihood.ts';
import { type Measures, measure } from './measure.ts';
import { saysArticle } from './says-article.ts';

const MOST = 0.5;
/** Of prose outside of its comments: with more of it a page is an article that has many, not a thread. */
const LONGEST_OPENING = 1_200;

/** A page's body with what is left out of it before its content is looked for. */
export interface LikelyParts {
  body: ParentNode;
  /** What a reader does not see, or has to click away first. */
  hidden: ReadonlySet<Element>;
  /** Measured without what is hidden. */
  whole: Measures;
  /** What is hidden, or by its name, role or tag not content. */
  dropped: ReadonlySet<Element>;
  /** Measured without what is dropped. */
  measures: Measures;
  /** Whether the page is a thread, whose comments are its content. */
  keepsComments: boolean;
}

/** Tells what may be a page's content from what is named otherwise. */
export function readLikelyParts(document: Document, body: ParentNode): LikelyParts {
  const hidden = hiddenIn(body);
  const whole = measure(body, hidden);
  const keepsComments = isThread(document, { body, hidden, whole });
  const dropped = unlikelyIn({ body, hidden, whole, keepsComments });
  return { body, hidden, whole, dropped, measures: measure(body, dropped), keepsComments };
}

function hiddenIn(body: ParentNode): Set<Element> {
  const hidden = new Set<Element>();
  walkElements(body, (element) => {
    if (!isHidden(element) && !asksConsent(element)) return true;
    hidden.add(element);
    return false;
  });
  return hidden;
}

type Seen = Pick<LikelyParts, 'body' | 'hidden' | 'whole'>;

/** Forums call their posts comments, as articles call what is below them. */
function isThread(document: Document, { body, hidden, whole }: Seen): boolean {
  let text = 0;
  let prose = 0;
  walkElements(body, (element) => {
    if (hidden.has(element)) return false;
    if (!isComments(element)) return true;
    const own = whole.get(element);
    text += own?.text ?? 0;
    prose += own?.prose ?? 0;
    return false;
  });
  const all = whole.get(body);
  if (!all || text === 0 || text < all.text * MOST || all.prose - prose >= LONGEST_OPENING) return false;
  return !saysArticle(document);
}

/** What holds most of the page's prose is not away, whatever it is called. */
function unlikelyIn({ body, hidden, whole, keepsComments }: Omit<LikelyParts, 'dropped' | 'measures'>) {
  const dropped = new Set(hidden);
  const all = whole.get(body)?.prose ?? 0;
  walkElements(body, (element) => {
    if (dropped.has(element)) return false;
    const isMost = (whole.get(element)?.prose ?? 0) > all * MOST;
    // In code the names are of its parts, such as its comments.
    if (isMost || !isAway(element, keepsComments)) return !isCodeBlock(element);
    dropped.add(element);
    return false;
  });
  return dropped;
}
