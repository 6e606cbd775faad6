import { type Document, type Element, isTag, isText } from 'domhandler';
import { rawText } from './raw-text.ts';
import { walk, walkElements } from './walk.ts';

/** Characters of markup; shorter ones ask for scripts, count visitors or repeat a picture. */
const MIN_VERSION = 800;
const NOT_SHOWN = new Set(['noscript', 'head', 'script', 'style', 'template']);

/**
 * Makes the page's version for readers without scripts a part like any other, where it holds more text than all of the rest: some
 * pages, such as those of Discourse, have nothing else until their scripts have run. Changes the document.
 */
export function revealNoscript(document: Document, markup: string): void {
  if (!hasVersion(markup)) return;
  const versions: Element[] = [];
  walkElements(document, (element) => {
    if (element.name === 'noscript') versions.push(element);
    return !NOT_SHOWN.has(element.name);
  });
  let shown = 0;
  walk(document, {
    enter(node) {
      if (isText(node)) shown += node.data.trim().length;
      return !(isTag(node) && NOT_SHOWN.has(node.name));
    },
  });
  const inside = versions.reduce((sum, element) => sum + rawText(element).trim().length, 0);
  if (inside > shown) for (const element of versions) element.name = 'div';
}

function hasVersion(markup: string): boolean {
  for (let at = markup.indexOf('<noscript'); at >= 0; at = markup.indexOf('<noscript', at + 1)) {
    const end = markup.indexOf('</noscript', at);
    if ((end < 0 ? markup.length : end) - at > MIN_VERSION) return true;
  }
  return false;
}
