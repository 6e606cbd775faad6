import type { ParentNode } from 'domhandler';
import { Parser } from 'htmlparser2';
import { oneLine } from './one-line.ts';
import { rawText } from './raw-text.ts';
import { findFirst } from './walk.ts';

const SLICE = 8 * 1024;
/** A title behind this is not looked for in a page that nobody asked to be parsed. */
const MAX_SCANNED = 512 * 1024;

/** The first title that is the page's own, not that of a drawing in it; a feed's likewise. */
export function pageTitle(root: ParentNode): string | null {
  const title = findFirst(
    root,
    ({ name }) => name === 'title',
    ({ name }) => name === 'svg',
  );
  return title && oneLine(rawText(title));
}

/** The same, read off the beginning of the page's markup. */
export function scanTitle(markup: string, isXml: boolean): string | null {
  const parts: string[] = [];
  let drawings = 0;
  let isInside = false;
  let isDone = false;
  const handler = {
    onopentagname: (name: string) => {
      if (name === 'svg') drawings += 1;
      else if (name === 'title' && drawings === 0) isInside = true;
    },
    ontext: (text: string) => {
      if (isInside && !isDone) parts.push(text);
    },
    onclosetag: (name: string) => {
      if (name === 'svg') drawings = Math.max(0, drawings - 1);
      else if (name === 'title' && isInside) isDone = true;
    },
  };
  const parser = new Parser(handler, { xmlMode: isXml, decodeEntities: true });
  const end = Math.min(markup.length, MAX_SCANNED);
  for (let at = 0; at < end && !isDone; at += SLICE) parser.write(markup.slice(at, at + SLICE));
  if (!isDone) parser.end();
  return oneLine(parts.join(''));
}
