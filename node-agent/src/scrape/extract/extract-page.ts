import type { ParsedField } from '@watt/shared';
import render from 'dom-serializer';
import type { ChildNode, Document } from 'domhandler';
import type { ContentKind } from '../content-kind.ts';
import { ScrapeFailure } from '../scrape-failure.ts';
import type { ScrapeTask } from '../scrape-task.ts';
import { cleanHtml } from './clean-html.ts';
import { describePage, readContents } from './describe-page.ts';
import { extractPlain } from './extract-plain.ts';
import { findMainContent } from './main-content.ts';
import { nodeMarkdown } from './node-markdown.ts';
import { nodeText } from './node-text.ts';
import { revealNoscript } from './noscript.ts';
import { findBaseUrl, findParts } from './page-parts.ts';
import { pageTitle, scanTitle } from './page-title.ts';
import { parseDocument } from './parse-document.ts';
import { selectFields } from './select-fields.ts';

export interface ExtractInput {
  text: string;
  /** The page's own address, for links. */
  url: string;
  kind: ContentKind;
  format: ScrapeTask['output_format'];
  /** What to read off the page instead of describing it. */
  fields?: readonly ParsedField[];
  /** Only the main content, with html, text, markdown and json. */
  isMainContent?: boolean;
  /** With html: cleaned instead of as it came. */
  isClean?: boolean;
  maxElements: number;
  /** Characters of the result; it is given up as soon as it must be longer. */
  maxCharacters: number;
}

export interface ExtractedPage {
  data: Record<string, unknown>;
  title: string | null;
  warnings: string[];
}

/** Makes a result's `data` of a page's text, with at most one parse. Throws ScrapeFailure when page or result are too large. */
export function extractPage(input: ExtractInput): ExtractedPage {
  const { kind, format, fields, isMainContent, isClean, text } = input;
  if (kind === 'json' || kind === 'text') return extractPlain(input);
  const isXml = kind === 'xml';
  if (format === 'html' && !fields && !isMainContent && !isClean) {
    const title = scanTitle(text, isXml);
    return { data: { title, html: text }, title, warnings: [] };
  }
  const document = parseDocument(text, { isXml, maxElements: input.maxElements });
  if (!isXml) revealNoscript(document, text);
  const title = pageTitle(document);
  const warnings: string[] = [];
  const data = fields
    ? selectFrom(document, fields, input, warnings)
    : { title, ...describeAs(document, input, warnings) };
  return { data, title, warnings };
}

function describeAs(document: Document, input: ExtractInput, warnings: string[]): Record<string, unknown> {
  const { url, format, isMainContent } = input;
  const isXml = input.kind === 'xml';
  if (format !== 'json') {
    const baseUrl = findBaseUrl(document, url);
    const content = isMainContent && !isXml ? mainContentOf(document, warnings) : document;
    if (format === 'text') return { text: nodeText(content, { isXml }) };
    if (format === 'markdown')
      return { markdown: isXml ? nodeText(content, { isXml }) : nodeMarkdown(content, baseUrl) };
    return { html: isXml ? render(content, SERIALIZE_XML) : cleanHtml(content, baseUrl) };
  }
  const description = describePage(document, url, warnings);
  if (!isMainContent || isXml) return { ...description, text: nodeText(document, { isXml }) };
  const { baseUrl } = findParts(document, url);
  const content = mainContentOf(document, warnings);
  return {
    ...description,
    ...readContents({ ...findParts(content, url), baseUrl }),
    text: nodeText(content, { isXml }),
  };
}

const SERIALIZE_XML = { xmlMode: true, decodeEntities: true, encodeEntities: 'utf8' } as const;

function mainContentOf(document: Document, warnings: string[]): Document {
  const content = findMainContent(document);
  if (content === null) warnings.push('no main content stands out, so this is the whole page');
  else if (!content.standsOut)
    warnings.push('no main content stands out, so this is the page without menus and the like');
  return content?.document ?? document;
}

/** A match is its text, or its markup where the agent asks for html or markdown. */
function selectFrom(
  document: Document,
  fields: readonly ParsedField[],
  { kind, format, url, maxCharacters }: ExtractInput,
  warnings: string[],
): Record<string, unknown> {
  const isXml = kind === 'xml';
  const baseUrl = findBaseUrl(document, url);
  const renderAs = (node: ChildNode): string => {
    if (format === 'html') return render(node, { ...SERIALIZE_XML, xmlMode: isXml });
    if (format === 'markdown' && !isXml) return nodeMarkdown(node, baseUrl);
    return nodeText(node, { isXml });
  };
  let characters = 0;
  return selectFields(fields, {
    document,
    isXml,
    baseUrl,
    render(element) {
      const value = renderAs(element);
      characters += value.length;
      if (characters > maxCharacters)
        throw new ScrapeFailure('too_large', 'What the selectors match is too large.');
      return value;
    },
    warnings,
  });
}
