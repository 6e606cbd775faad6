import type { DomNode } from './parse-document.ts';

const UNSEEN = new Set([
  ...['head', 'title', 'script', 'style', 'template', 'noscript', 'iframe', 'object', 'svg', 'canvas'],
  ...['audio', 'video', 'select', 'datalist', 'noembed', 'noframes'],
]);
const PARAGRAPHS = new Set([
  ...['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'dl', 'table', 'blockquote', 'pre', 'figure'],
  ...['article', 'section', 'main', 'header', 'footer', 'nav', 'aside', 'form', 'fieldset', 'hr', 'details'],
]);
const LINES = new Set([
  ...['div', 'li', 'tr', 'dt', 'dd', 'address', 'figcaption', 'option', 'legend', 'summary', 'body', 'html'],
  ...['caption', 'thead', 'tbody', 'tfoot', 'search', 'hgroup', 'center'],
]);
const DISPLAY_NONE = /(?:^|;)\s*display\s*:\s*none/i;

/** Anything under a node, or the mark that an element ends here. */
type Step = DomNode | { end: string };

/**
 * The text of a node as a reader sees it: paragraphs apart by an empty line, list items with a dash, cells apart by a tab, runs of
 * white space as one blank except in `pre`. What is hidden or is no text (scripts, styles) is left out, unless it is the node itself.
 * Walks without recursion. In XML every element is a line of its own.
 */
export function nodeText(node: DomNode, isXml = false): string {
  if (isTag(node) && UNSEEN.has(node.name) && !isXml) return rawText(node).trim();
  const writer = new TextWriter();
  const steps: Step[] = [node];
  for (let step = steps.pop(); step; step = steps.pop()) {
    if ('end' in step) writer.leave(step.end, isXml);
    else if (step.type === 'text') writer.write(step.data);
    else if ('children' in step && (step === node || !isHidden(step, isXml))) {
      const name = isTag(step) ? step.name : '';
      writer.enter(name, isXml);
      steps.push({ end: name });
      for (let i = step.children.length - 1; i >= 0; i -= 1) steps.push(step.children[i] as DomNode);
    }
  }
  return writer.text();
}

class TextWriter {
  readonly #parts: string[] = [];
  #breaks = 0;
  #hasBlank = false;
  #preformatted = 0;
  #prefix = '';

  enter(name: string, isXml: boolean): void {
    this.#break(name, isXml);
    if (name === 'pre') this.#preformatted += 1;
    else if (name === 'li') this.#prefix = '- ';
    else if (name === 'br') this.#breaks = Math.min(this.#breaks + 1, 2);
    else if ((name === 'td' || name === 'th') && this.#breaks === 0) this.#prefix = '\t';
  }

  leave(name: string, isXml: boolean): void {
    if (name === 'pre') this.#preformatted -= 1;
    this.#break(name, isXml);
  }

  write(data: string): void {
    if (this.#preformatted > 0) {
      if (data !== '') this.#emit(data);
      return;
    }
    const words = data.replace(/[\s\u200b]+/g, ' ');
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
    this.#breaks = 0;
    this.#hasBlank = false;
    this.#prefix = '';
  }

  #break(name: string, isXml: boolean): void {
    const breaks = PARAGRAPHS.has(name) ? 2 : LINES.has(name) || isXml ? 1 : 0;
    if (breaks === 0) return;
    this.#breaks = Math.max(this.#breaks, breaks);
    this.#hasBlank = false;
    if (name !== 'li') this.#prefix = this.#prefix === '\t' ? '' : this.#prefix;
  }
}

function isTag(node: DomNode): node is Extract<DomNode, { attribs: unknown }> {
  return 'attribs' in node;
}

function isHidden(node: DomNode, isXml: boolean): boolean {
  if (isXml || !isTag(node)) return false;
  if (UNSEEN.has(node.name) || 'hidden' in node.attribs) return true;
  const { style = '' } = node.attribs;
  return DISPLAY_NONE.test(style);
}

/** Everything between the tags, as it is. */
function rawText(node: DomNode): string {
  const parts: string[] = [];
  const nodes: DomNode[] = [node];
  for (let next = nodes.pop(); next; next = nodes.pop()) {
    if (next.type === 'text') parts.push(next.data);
    else if ('children' in next) {
      for (let i = next.children.length - 1; i >= 0; i -= 1) nodes.push(next.children[i] as DomNode);
    }
  }
  return parts.join('');
}
