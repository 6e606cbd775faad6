import { type ChildNode, type Element, isTag, isText, type ParentNode } from 'domhandler';
import { codeText } from './code-block.ts';
import { foldBlanks } from './fold-blanks.ts';
import { readFormula } from './formula.ts';
import { hasNoText, isHidden } from './hidden.ts';
import { rawText } from './raw-text.ts';
import { walk } from './walk.ts';

const PARAGRAPHS = new Set([
  ...['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'dl', 'table', 'blockquote', 'pre', 'figure'],
  ...['article', 'section', 'main', 'header', 'footer', 'nav', 'aside', 'form', 'fieldset', 'hr', 'details'],
]);
const LINES = new Set([
  ...['div', 'li', 'tr', 'dt', 'dd', 'address', 'figcaption', 'option', 'legend', 'summary', 'body', 'html'],
  ...['caption', 'thead', 'tbody', 'tfoot', 'search', 'hgroup', 'center'],
]);

export interface TextOptions {
  /** In XML every element is a line of its own. */
  isXml?: boolean;
  /** Characters after which the rest is left out. */
  limit?: number;
}

/**
 * The text of a node as a reader sees it: paragraphs apart by an empty line, list items with a dash, cells apart by a tab, runs of
 * white space as one blank except in `pre`. What is hidden or is no text (scripts, styles) is left out, unless it is the node itself.
 */
export function nodeText(root: ChildNode | ParentNode, options: TextOptions = {}): string {
  const { isXml = false, limit = Number.POSITIVE_INFINITY } = options;
  if (isTag(root) && hasNoText(root) && !isXml) return rawText(root).trim();
  const writer = new TextWriter(isXml);
  walk(root, {
    enter(node) {
      if (writer.length > limit) return false;
      if (isText(node)) writer.write(node.data);
      else if (isTag(node)) {
        if (node !== root && !isXml && isHidden(node)) return false;
        writer.enter(node.name);
        return isXml || !writeWhole(node, writer);
      }
      return true;
    },
    leave: (node) => isTag(node) && writer.leave(node.name),
  });
  const text = writer.text();
  return text.length > limit ? text.slice(0, limit).trimEnd() : text;
}

/** Code keeps its lines; of a formula its source is all that reads as text. */
function writeWhole(element: Element, writer: TextWriter): boolean {
  if (element.name === 'pre') {
    writer.writeLines(codeText(element));
    writer.leave(element.name);
  } else {
    const formula = readFormula(element);
    if (formula === null) return false;
    writer.write(formula.tex);
  }
  return true;
}

class TextWriter {
  length = 0;
  readonly #isXml: boolean;
  readonly #parts: string[] = [];
  #breaks = 0;
  #hasBlank = false;
  #prefix = '';

  constructor(isXml: boolean) {
    this.#isXml = isXml;
  }

  enter(name: string): void {
    this.#break(name);
    if (name === 'li') this.#prefix = '- ';
    else if (name === 'br') this.#breaks = Math.min(this.#breaks + 1, 2);
    else if ((name === 'td' || name === 'th') && this.#breaks === 0) this.#prefix = '\t';
  }

  leave(name: string): void {
    this.#break(name);
  }

  writeLines(text: string): void {
    if (text !== '') this.#emit(text);
  }

  write(data: string): void {
    const words = foldBlanks(data);
    if (words === ' ') {
      this.#hasBlank = true;
      return;
    }
    const core = words.trim();
    if (words.startsWith(' ')) this.#hasBlank = true;
    if (core !== '') this.#emit(core);
    if (words.endsWith(' ')) this.#hasBlank = true;
  }

  text(): string {
    return this.#parts.join('').trim();
  }

  #emit(text: string): void {
    if (this.#parts.length > 0) {
      if (this.#breaks > 0) this.#parts.push('\n'.repeat(this.#breaks));
      else if (this.#hasBlank && this.#prefix !== '\t') this.#parts.push(' ');
    }
    this.#parts.push(this.#prefix, text);
    this.length += text.length;
    this.#breaks = 0;
    this.#hasBlank = false;
    this.#prefix = '';
  }

  #break(name: string): void {
    const breaks = PARAGRAPHS.has(name) ? 2 : LINES.has(name) || this.#isXml ? 1 : 0;
    if (breaks === 0) return;
    this.#breaks = Math.max(this.#breaks, breaks);
    this.#hasBlank = false;
    if (name !== 'li') this.#prefix = this.#prefix === '\t' ? '' : this.#prefix;
  }
}
