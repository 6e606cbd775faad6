import { type Element, isTag, isText, type Text } from 'domhandler';
import { isHidden, isLineNumber } from './hidden.ts';
import { findFirst, walk } from './walk.ts';

/** Parts of a code block that stand in a line of their own. */
const LINES = new Set(['div', 'p', 'li', 'tr']);
/** Numbers of lines that should not be copied along. */
const UNSELECTABLE = /user-select\s*:\s*none/i;
const LANGUAGE =
  /(?:^|\s)(?:language-|lang-|highlight-source-|brush:\s*|(?:hljs|sourceCode)\s+(?!lang))([\w+#-]{1,30})/;
/** Around a block, lang- is the language of the page. */
const LANGUAGE_AROUND = /(?:^|\s)(?:language-|highlight-source-)([\w+#-]{1,30})/;
const MAX_AROUND = 2;

/** Whether an element is code in lines: most pages use `pre`, some blocks or breaks within `code`. */
export function isCodeBlock(element: Element): boolean {
  if (element.name === 'pre') return true;
  return (
    element.name === 'code' && findFirst(element, ({ name }) => name === 'br' || LINES.has(name)) !== null
  );
}

/** The text of a code block as it is, without buttons and the numbers of its lines. */
export function codeText(block: Element): string {
  const parts: string[] = [];
  let isLineDue = false;
  const write = (text: string) => {
    if (isLineDue && parts.length > 0 && !parts.at(-1)?.endsWith('\n')) parts.push('\n');
    isLineDue = false;
    parts.push(text);
  };
  walk(block, {
    enter(node) {
      if (isText(node)) {
        if (!isBetweenLines(node)) write(node.data);
      } else if (isTag(node) && node !== block) {
        if (isBesideCode(node)) return false;
        if (node.name === 'br') write('\n');
        isLineDue ||= LINES.has(node.name);
      }
      return true;
    },
    leave(node) {
      isLineDue ||= isTag(node) && LINES.has(node.name);
    },
  });
  return parts.join('').replace(/\r\n?/g, '\n').replace(/^\n/, '').trimEnd();
}

function isBesideCode(element: Element): boolean {
  if (element.name === 'button' || isHidden(element) || isLineNumber(element)) return true;
  return UNSELECTABLE.test(element.attribs['style'] ?? '');
}

/** Blanks between lines that are elements are no line. */
function isBetweenLines({ data, prev, next }: Text): boolean {
  return data.trim() === '' && [prev, next].some((node) => node && isTag(node) && LINES.has(node.name));
}

/** What the code in the block, the block or what is around it calls its language; empty where they do not say. */
export function codeLanguage(block: Element): string {
  const inner = block.children.find(isTag);
  const own = (inner && languageOf(inner, LANGUAGE)) ?? languageOf(block, LANGUAGE);
  if (own !== null) return own;
  let around = block.parent;
  for (let level = 0; level < MAX_AROUND && around && isTag(around); level += 1, around = around.parent) {
    const language = languageOf(around, LANGUAGE_AROUND);
    if (language !== null) return language;
  }
  return '';
}

function languageOf({ attribs }: Element, pattern: RegExp): string | null {
  const named = attribs['data-lang'] ?? attribs['data-language'] ?? '';
  return /^[\w+#-]{1,30}$/.test(named) ? named : (pattern.exec(attribs['class'] ?? '')?.[1] ?? null);
}
