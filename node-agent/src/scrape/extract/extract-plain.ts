import type { ExtractedPage, ExtractInput } from './extract-page.ts';
import { isDeeperThan } from './json-depth.ts';

/** Deeper values overflow whatever writes them by recursion. */
const MAX_JSON_DEPTH = 200;

/** The same for an answer that is no markup: JSON or plain text. */
export function extractPlain({ text, kind, format, fields }: ExtractInput): ExtractedPage {
  const warnings: string[] = [];
  const title = null;
  if (fields) {
    warnings.push(`the answer is ${kind}, in which selectors match nothing`);
    const data = Object.fromEntries(fields.map(({ name }) => [name, null]));
    return { data, title, warnings };
  }
  if (format === 'html') return { data: { title, html: text }, title, warnings };
  if (format === 'markdown') return { data: { title, markdown: text }, title, warnings };
  if (format === 'text' || kind === 'text') return { data: { title, text }, title, warnings };
  const json = parseJson(text);
  if (json === undefined) warnings.push('the answer says it is JSON, but is not valid');
  else if (isDeeperThan(json, MAX_JSON_DEPTH))
    warnings.push('the answer nests too deep and is given as text only');
  else return { data: { title, text, json }, title, warnings };
  return { data: { title, text }, title, warnings };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON after all: the caller says so in a warning.
    return undefined;
  }
}
