import { select } from 'cheerio-select';
import { type Document, type Element, isTag, type ParentNode } from 'domhandler';

/** A selector that begins so counts the node itself in. */
const FROM_SCOPE = /^\s*:scope\b/;

export interface FindOptions {
  document: Document;
  isXml: boolean;
  limit: number;
}

/** What `selector` matches within `scope`, in the order of the document. The selector has passed `assertSelector`. */
export function findElements(
  selector: string,
  scope: ParentNode,
  { document, isXml, limit }: FindOptions,
): Element[] {
  const roots = FROM_SCOPE.test(selector) ? [scope] : scope.children.filter(isTag);
  return select(selector, roots, { context: [scope], root: document, xmlMode: isXml }, limit);
}
