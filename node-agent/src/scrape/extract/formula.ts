import type { Element } from 'domhandler';
import { oneLine } from './one-line.ts';
import { rawText } from './raw-text.ts';
import { findFirst } from './walk.ts';

export interface Formula {
  /** As its author wrote it. */
  tex: string;
  /** Set apart from the text, in a line of its own. */
  isBlock: boolean;
}

const SCRIPT = /^math\/(?:tex|latex)\b/i;
/** How MediaWiki and WordPress call the pictures that they draw of formulas. */
const PICTURE = /(?:^|[\s-])(?:math|tex|latex)(?:$|[\s-])/i;
/** What MediaWiki puts around every formula. */
const STYLED = /^\{\\(?:display|text)style (.*)\}$/s;

/** The source of a formula that MathJax, KaTeX, MediaWiki or WordPress shows, as far as the element has it. */
export function readFormula(element: Element): Formula | null {
  const { name, attribs } = element;
  if (name === 'script')
    return isFormula(element) ? toFormula(rawText(element), isDisplayed(attribs['type'])) : null;
  if (name === 'math') {
    const tex = texAnnotation(element) ?? attribs['alttext'];
    return toFormula(tex, attribs['display'] === 'block');
  }
  const isPicture = name === 'img' && PICTURE.test(attribs['class'] ?? '');
  return isPicture ? toFormula(attribs['alt'], false) : null;
}

/** A script that no browser runs: MathJax finds its formulas there. */
export function isFormula({ name, attribs }: Element): boolean {
  return name === 'script' && SCRIPT.test(attribs['type'] ?? '');
}

function isDisplayed(type = ''): boolean {
  return /mode\s*=\s*display/i.test(type);
}

function texAnnotation(math: Element): string | undefined {
  const annotation = findFirst(
    math,
    ({ name, attribs }) => name === 'annotation' && /tex/i.test(attribs['encoding'] ?? ''),
  );
  return annotation === null ? undefined : rawText(annotation);
}

function toFormula(source: string | undefined, isBlock: boolean): Formula | null {
  const tex = oneLine(source);
  return tex === null ? null : { tex: tex.replace(STYLED, '$1'), isBlock };
}
