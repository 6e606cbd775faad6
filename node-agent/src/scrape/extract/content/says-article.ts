import type { Document } from 'domhandler';
import { rawText } from '../raw-text.ts';
import { findFirst } from '../walk.ts';

const ARTICLE = /"@type"\s*:\s*\[?\s*"(?:\w*Article|BlogPosting|Report)"/;

/** Whether a page says of itself, for search engines and previews, that it is an article. */
export function saysArticle(document: Document): boolean {
  const said = findFirst(document, (element) => {
    const { name, attribs } = element;
    if (name === 'meta')
      return attribs['property'] === 'og:type' && /article/i.test(attribs['content'] ?? '');
    return name === 'script' && attribs['type'] === 'application/ld+json' && ARTICLE.test(rawText(element));
  });
  return said !== null;
}
