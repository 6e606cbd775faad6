import { type ChildNode, type Element, isTag, isText, type ParentNode } from 'domhandler';
import { absoluteUrl } from './absolute-url.ts';
import { codeLanguage, codeText, isCodeBlock } from './code-block.ts';
import { readFormula } from './formula.ts';
import { isHidden } from './hidden.ts';
import { imageUrl } from './image-url.ts';
import { MarkdownWriter } from './markdown-writer.ts';
import { nodeText } from './node-text.ts';
import { oneLine } from './one-line.ts';
import { rawText } from './raw-text.ts';
import { isDataTable, tableRows } from './read-tables.ts';
import { walk } from './walk.ts';

const MAX_INDENT = 20;
const MAX_FENCE = 100;
const BLOCKS = new Set([
  ...['p', 'div', 'dl', 'dt', 'dd', 'table', 'figure', 'figcaption', 'article', 'section', 'main', 'header'],
  ...['footer', 'nav', 'aside', 'form', 'fieldset', 'details', 'summary', 'address', 'hgroup', 'center'],
  ...['body', 'html', 'caption', 'search', 'legend', 'tbody', 'thead', 'tfoot'],
]);
const MARKS = new Map([
  ...['strong', 'b'].map((name) => [name, '**'] as const),
  ...['em', 'i', 'cite', 'dfn'].map((name) => [name, '*'] as const),
  ...['del', 's', 'strike'].map((name) => [name, '~~'] as const),
]);
/** What Markdown would read as markup. An underscore inside a word is none. */
const SPECIAL = /[\\`*[\]]|<(?=[a-z/!?])|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/giu;
const LINE_START = /^(?:[#>]|[-+=](?=\s|$)|\d{1,9}(?=[.)](?:\s|$)))/;

/** A node as Markdown (CommonMark with GitHub's tables). What is hidden is left out, links and pictures are absolute. */
export function nodeMarkdown(root: ChildNode | ParentNode, baseUrl: string): string {
  const writer = new MarkdownWriter();
  const lists: List[] = [];
  walk(root, {
    enter(node) {
      if (isText(node)) writer.words(node.data, escapeText);
      if (!isTag(node)) return true;
      if (node !== root && isHidden(node)) return false;
      return enter(node, { writer, lists, baseUrl });
    },
    leave: (node) => isTag(node) && leave(node, { writer, lists, baseUrl }),
  });
  return writer.toString();
}

interface List {
  /** The next item's number; null for a bulleted list. */
  number: number | null;
}

interface Context {
  writer: MarkdownWriter;
  lists: List[];
  baseUrl: string;
}

/** Writes what stands before the element's content; false when it has been written whole. */
function enter(element: Element, context: Context): boolean {
  const { writer, lists, baseUrl } = context;
  const { name, attribs } = element;
  const mark = MARKS.get(name);
  if (mark !== undefined) writer.openMark(mark, mark);
  else if (isHeading(name)) {
    writer.break(2);
    writer.openContainer(`${'#'.repeat(Number(name[1]))} `, '');
    writer.openMark('', '', true);
  } else if (name === 'a') openLink(writer, absoluteUrl(attribs['href'], baseUrl));
  else if (name === 'br') writer.hardBreak();
  else if (name === 'ul' || name === 'ol') {
    writer.break(lists.length > 0 ? 1 : 2);
    lists.push({ number: name === 'ol' ? firstNumber(attribs['start']) : null });
  } else if (name === 'li') openItem(context);
  else if (name === 'blockquote') {
    writer.break(2);
    writer.openContainer('> ', '> ');
  } else if (BLOCKS.has(name)) writer.break(2);
  else if (name === 'tr') writer.break(1);
  else if (name === 'td' || name === 'th') writer.words(' ', escapeText);
  return name === 'table' && isDataTable(element)
    ? writeTable(element, context)
    : !writeWhole(element, context);
}

/** Pictures, formulas, code and rules have no content to go into. */
function writeWhole(element: Element, { writer, baseUrl }: Context): boolean {
  const { name, attribs } = element;
  const formula = readFormula(element);
  if (formula !== null) {
    if (formula.isBlock) writer.block(['$$', formula.tex, '$$']);
    else writer.span(`$${formula.tex}$`);
  } else if (name === 'img') {
    const source = imageUrl(element, baseUrl);
    if (source !== null)
      writer.span(`![${escapeText(oneLine(attribs['alt']) ?? '', false)}](${target(source)})`);
  } else if (name === 'hr') writer.block(['---']);
  else if (isCodeBlock(element)) writer.block(fenced(element));
  else if (name === 'code' || name === 'kbd' || name === 'samp') {
    const code = oneLine(rawText(element));
    if (code !== null) writer.span(codeSpan(code));
  } else return false;
  return true;
}

function leave(element: Element, { writer, lists }: Context): void {
  const { name } = element;
  if (MARKS.has(name) || name === 'a') writer.closeMark();
  else if (isHeading(name)) {
    writer.closeMark();
    writer.closeContainer();
    writer.break(2);
  } else if (name === 'ul' || name === 'ol') {
    lists.pop();
    writer.break(lists.length > 0 ? 1 : 2);
  } else if (name === 'li') {
    writer.closeContainer();
    writer.break(1);
  } else if (name === 'blockquote') {
    writer.break(2);
    writer.closeContainer();
    writer.break(2);
  } else if (BLOCKS.has(name)) writer.break(2);
  else if (name === 'tr') writer.break(1);
}

function openLink(writer: MarkdownWriter, href: string | null): void {
  if (href === null) writer.openMark('', '', true);
  else writer.openMark('[', `](${target(href)})`, true);
}

function openItem({ writer, lists }: Context): void {
  writer.break(1);
  const list = lists.at(-1);
  const marker = list?.number == null ? '- ' : `${list.number}. `;
  if (list?.number != null) list.number += 1;
  // Beyond any sensible depth the indentation would outgrow the text.
  writer.openContainer(marker, lists.length > MAX_INDENT ? '' : ' '.repeat(marker.length));
}

function firstNumber(start: string | undefined): number {
  const number = Number.parseInt(start ?? '1', 10);
  return number >= 0 && number < 1_000_000 ? number : 1;
}

/** False, since nothing is left to be written. */
function writeTable(table: Element, { writer, baseUrl }: Context): false {
  const rows = tableRows(table, (cell) => cellMarkdown(cell, baseUrl));
  const [head, ...body] = rows;
  if (head) {
    const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
    writer.block([line(head), line(head.map(() => '---')), ...body.map(line)]);
  }
  return false;
}

/** A data table has no tables in its cells, so this goes one level deep. */
function cellMarkdown(cell: Element, baseUrl: string): string {
  const isPlain = cell.children.every(isText);
  const text = isPlain ? escapeText(nodeText(cell), false) : nodeMarkdown(cell, baseUrl);
  return (oneLine(text) ?? '').replaceAll('|', '\\|');
}

function fenced(block: Element): string[] {
  const code = codeText(block);
  const fence = fenceFor(code, 3);
  return [`${fence}${codeLanguage(block)}`, ...code.split('\n'), fence];
}

function codeSpan(code: string): string {
  const fence = fenceFor(code, 1);
  const padding = code.startsWith('`') || code.endsWith('`') ? ' ' : '';
  return `${fence}${padding}${code}${padding}${fence}`;
}

/** One more backtick than the code has in a row. */
function fenceFor(code: string, least: number): string {
  const longest = (code.match(/`+/g) ?? []).reduce((most, { length }) => Math.max(most, length), least - 1);
  return '`'.repeat(Math.min(longest + 1, MAX_FENCE));
}

function escapeText(text: string, isLineStart: boolean): string {
  const escaped = text.replace(SPECIAL, '\\$&');
  if (!isLineStart) return escaped;
  return escaped.replace(LINE_START, (start) => (/^\d/.test(start) ? `${start}\\` : `\\${start}`));
}

/** Parentheses and blanks would end the address. */
function target(href: string): string {
  return href.replace(/[()\s]/g, (character) =>
    encodeURIComponent(character).replace('(', '%28').replace(')', '%29'),
  );
}

function isHeading(name: string): boolean {
  return name.length === 2 && name[0] === 'h' && name >= 'h1' && name <= 'h6';
}
