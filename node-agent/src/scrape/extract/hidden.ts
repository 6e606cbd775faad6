import { type Element, isTag, isText } from 'domhandler';
import { isFormula } from './formula.ts';

const WITHOUT_TEXT = new Set([
  ...['head', 'title', 'script', 'style', 'template', 'noscript', 'iframe', 'object', 'svg', 'canvas'],
  ...['audio', 'video', 'select', 'datalist', 'noembed', 'noframes', 'annotation', 'annotation-xml'],
]);
const DISPLAY_NONE = /(?:^|;)\s*display\s*:\s*none/i;
/** What KaTeX and MathJax draw beside a formula's source. */
const DRAWN = /\bkatex-html\b|\bMathJax_Preview\b/;
/** How pages call the numbers of code lines. */
const NUMBERING =
  /(?:^|[\s_-])(?:lnt?|line-?nos?|line-?num(?:ber)?s?(?:-rows)?|gutter|blob-num)(?:$|[\s_-])/i;

/** Elements whose content is for machines, or is shown otherwise than as text. */
export function hasNoText(element: Element): boolean {
  return WITHOUT_TEXT.has(element.name) && !isFormula(element);
}

/** What a reader of the page does not see, as far as the element itself tells, or sees only beside what it counts or repeats. */
export function isHidden(element: Element): boolean {
  if (hasNoText(element)) return true;
  const { hidden, style, class: classes } = element.attribs;
  if (hidden !== undefined || (style !== undefined && DISPLAY_NONE.test(style))) return true;
  if (classes === undefined) return false;
  return element.name === 'span' ? DRAWN.test(classes) : element.name === 'td' && isLineNumber(element);
}

/** Whether an element of a code block, or of a table around one, holds the numbers of its lines. */
export function isLineNumber(element: Element): boolean {
  return NUMBERING.test(element.attribs['class'] ?? '') && isNumbers(element);
}

/** Stops at the first letter, since whole pages are called so too. */
function isNumbers(element: Element): boolean {
  let hasDigits = false;
  const stack = [element];
  for (let node = stack.pop(); node; node = stack.pop()) {
    for (const child of node.children) {
      if (isTag(child)) stack.push(child);
      else if (isText(child)) {
        if (/[^\s\d]/.test(child.data)) return false;
        hasDigits ||= /\d/.test(child.data);
      }
    }
  }
  return hasDigits;
}
