import { type Element, isTag } from 'domhandler';
import { nodeText } from './node-text.ts';
import { oneLine } from './one-line.ts';
import { findFirst, walkElements } from './walk.ts';

export interface Table {
  caption: string | null;
  /** Every row as long as the longest; a cell that spans several stands in each of them. */
  rows: string[][];
}

const MAX_CELL = 2_000;
const MAX_CELLS = 50_000;
const MAX_SPAN = 100;

/** The tables that hold data; those that only arrange the page are left out. */
export function readTables(tables: readonly Element[]): Table[] {
  return tables.filter(isDataTable).map((table) => ({
    caption: readCaption(table),
    rows: tableRows(table, (cell) => oneLine(nodeText(cell, { limit: MAX_CELL })) ?? ''),
  }));
}

/** A table that arranges the page has tables in it, or a single column or row and no heading cell. */
export function isDataTable(table: Element): boolean {
  let rows = 0;
  let cells = 0;
  let hasHeading = false;
  let isNested = false;
  walkElements(table, ({ name }) => {
    if (name === 'table') isNested = true;
    else if (name === 'tr') rows += 1;
    else if (name === 'th') hasHeading = true;
    if (name === 'td' || name === 'th') cells += 1;
    return !isNested;
  });
  if (isNested || table.attribs['role'] === 'presentation') return false;
  return hasHeading ? cells > 1 : rows > 1 && cells >= rows * 2;
}

/** A table's cells, spans filled in, as far as MAX_CELLS go. */
export function tableRows(table: Element, read: (cell: Element) => string): string[][] {
  const rows: string[][] = [];
  /** By column: a cell of a row above that reaches down. */
  const hanging = new Map<number, { text: string; left: number }>();
  let cells = 0;
  for (const row of rowsOf(table)) {
    const texts: string[] = [];
    const hang = () => {
      for (
        let above = hanging.get(texts.length);
        above && above.left > 0;
        above = hanging.get(texts.length)
      ) {
        above.left -= 1;
        texts.push(above.text);
      }
    };
    for (const cell of row.children) {
      if (!isTag(cell) || (cell.name !== 'td' && cell.name !== 'th')) continue;
      hang();
      const text = read(cell);
      const rowSpan = span(cell.attribs['rowspan']);
      for (let i = span(cell.attribs['colspan']); i > 0; i -= 1) {
        if (rowSpan > 1) hanging.set(texts.length, { text, left: rowSpan - 1 });
        texts.push(text);
      }
    }
    hang();
    cells += texts.length;
    if (cells > MAX_CELLS) break;
    if (texts.length > 0) rows.push(texts);
  }
  return padded(rows);
}

function rowsOf(table: Element): Element[] {
  const rows: Element[] = [];
  walkElements(table, (element) => {
    if (element.name === 'tr') rows.push(element);
    return element.name !== 'tr' && element.name !== 'table';
  });
  return rows;
}

function padded(rows: string[][]): string[][] {
  const width = Math.max(0, ...rows.map(({ length }) => Math.min(length, MAX_SPAN)));
  return rows.map((row) => (row.length < width ? [...row, ...Array(width - row.length).fill('')] : row));
}

function span(value: string | undefined): number {
  const count = Number.parseInt(value ?? '1', 10);
  return count > 1 ? Math.min(count, MAX_SPAN) : 1;
}

function readCaption(table: Element): string | null {
  const caption = findFirst(table, ({ name }) => name === 'caption');
  return caption && oneLine(nodeText(caption, { limit: MAX_CELL }));
}
