import type { Element } from 'domhandler';

const WITHOUT_TEXT = new Set([
  ...['head', 'title', 'script', 'style', 'template', 'noscript', 'iframe', 'object', 'svg', 'canvas'],
  ...['audio', 'video', 'select', 'datalist', 'noembed', 'noframes'],
]);
const DISPLAY_NONE = /(?:^|;)\s*display\s*:\s*none/i;

/** Elements whose content is for machines, or is shown otherwise than as text. */
export function hasNoText(element: Element): boolean {
  return WITHOUT_TEXT.has(element.name);
}

/** What a reader of the page does not see, as far as the element itself tells. */
export function isHidden(element: Element): boolean {
  if (hasNoText(element)) return true;
  const { hidden, style } = element.attribs;
  return hidden !== undefined || (style !== undefined && DISPLAY_NONE.test(style));
}
