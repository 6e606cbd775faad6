import type { CheerioAPI } from 'cheerio/slim';
import type { ContentKind } from '../content-kind.ts';
import type { ScrapeTask } from '../scrape-task.ts';
import { describePage, pageTitle } from './describe-page.ts';
import { nodeText } from './node-text.ts';
import { parseDocument } from './parse-document.ts';

export interface ExtractInput {
  text: string;
  /** The page's own address, for links. */
  url: string;
  kind: ContentKind;
  format: ScrapeTask['output_format'];
  selectors?: Record<string, string>;
  maxElements: number;
}

export interface ExtractedPage {
  data: Record<string, unknown>;
  title: string | null;
  warnings: string[];
}

/** Makes a result's `data` of a page's text, with one parse. Throws ScrapeFailure when the page is too large to be parsed. */
export function extractPage(input: ExtractInput): ExtractedPage {
  const { kind, selectors } = input;
  if (kind === 'json' || kind === 'text') return extractPlain(input);
  const $ = parseDocument(input.text, { isXml: kind === 'xml', maxElements: input.maxElements });
  const title = pageTitle($);
  const warnings: string[] = [];
  if (selectors) return { data: select($, input, selectors, warnings), title, warnings };
  if (input.format === 'html') return { data: { title, html: input.text }, title, warnings };
  const text = nodeText($.root()[0] as never, kind === 'xml');
  if (input.format === 'text') return { data: { title, text }, title, warnings };
  return { data: { title, ...describePage($, input.url, warnings), text }, title, warnings };
}

/** A match is its text, or its markup where the agent asks for html; no match is null, with a warning. */
function select(
  $: CheerioAPI,
  { kind, format }: ExtractInput,
  selectors: Record<string, string>,
  warnings: string[],
): Record<string, unknown> {
  const fields = Object.entries(selectors).map(([field, selector]) => {
    const match = $(selector).first();
    const node = match[0];
    if (node === undefined) {
      warnings.push(`selector "${field}" matched nothing`);
      return [field, null];
    }
    return [field, format === 'html' ? $.html(match) : nodeText(node as never, kind === 'xml')];
  });
  return Object.fromEntries(fields);
}

function extractPlain({ text, kind, format, selectors }: ExtractInput): ExtractedPage {
  const warnings: string[] = [];
  if (selectors) {
    warnings.push(`the answer is ${kind}, in which selectors match nothing`);
    return {
      data: Object.fromEntries(Object.keys(selectors).map((field) => [field, null])),
      title: null,
      warnings,
    };
  }
  if (format === 'html') return { data: { title: null, html: text }, title: null, warnings };
  if (format === 'text' || kind === 'text') return { data: { title: null, text }, title: null, warnings };
  const json = parseJson(text);
  if (json === undefined) warnings.push('the answer says it is JSON, but is not valid');
  return {
    data: json === undefined ? { title: null, text } : { title: null, text, json },
    title: null,
    warnings,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON after all: the caller says so in a warning.
    return undefined;
  }
}
