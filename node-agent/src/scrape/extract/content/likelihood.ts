import type { Element } from 'domhandler';

/** Names that pages give to what is not their content, and to what is. */
const AWAY =
  /-ad-|ai2html|banner|breadcrumbs?|combx|comment|community|cover-wrap|disqus|extra|footer|gdpr|header|legends|menu|newsletter|outbrain|pagination|pager|popup|promo|recirc|related|remark|replies|rss|share|shoutbox|sidebar|skyscraper|social|sponsor|supplemental|taboola|toolbar|ad-break|agegate|yom-remote/i;
const MAYBE = /and|article|body|column|content|main|mathjax|shadow/i;
const GOOD = /article|body|content|entry|hentry|h-entry|main|page|post|text|blog|story/i;
const BAD =
  /-ad-|hidden|^hid$| hid$| hid |^hid |banner|combx|comment|com-|contact|footer|gdpr|masthead|media|meta|outbrain|promo|related|scroll|share|shoutbox|sidebar|skyscraper|sponsor|shopping|tags|widget/i;
const AWAY_ROLES = new Set([
  ...[
    'navigation',
    'menu',
    'menubar',
    'complementary',
    'banner',
    'contentinfo',
    'alert',
    'alertdialog',
    'dialog',
  ],
  ...['search', 'tablist', 'toolbar'],
]);
const AWAY_TAGS = new Set([
  'nav',
  'aside',
  'footer',
  'button',
  'input',
  'textarea',
  'link',
  'meta',
  'dialog',
  'menu',
]);
const NEVER_AWAY = new Set([
  'html',
  'body',
  'article',
  'main',
  'a',
  'table',
  'tbody',
  'tr',
  'td',
  'th',
  'code',
  'pre',
]);
const MAX_NAMES = 500;

/** What an element's names, role and tag say against its being content, before anything is counted. */
export function isAway(element: Element): boolean {
  const { name, attribs } = element;
  if (AWAY_TAGS.has(name)) return true;
  if (attribs['aria-hidden'] === 'true' || attribs['aria-modal'] === 'true') return true;
  if (AWAY_ROLES.has(attribs['role'] ?? '')) return true;
  if (NEVER_AWAY.has(name)) return false;
  const names = namesOf(element);
  return names !== '' && AWAY.test(names) && !MAYBE.test(names);
}

/** From -50 to 50, by what the element is called. */
export function nameWeight(element: Element): number {
  let weight = 0;
  for (const names of [element.attribs['class'], element.attribs['id']]) {
    if (names === undefined || names === '') continue;
    const shown = names.slice(0, MAX_NAMES);
    if (BAD.test(shown)) weight -= 25;
    if (GOOD.test(shown)) weight += 25;
  }
  return weight;
}

function namesOf({ attribs }: Element): string {
  const { class: classes, id } = attribs;
  return classes === undefined && id === undefined
    ? ''
    : `${classes ?? ''} ${id ?? ''}`.trim().slice(0, MAX_NAMES);
}
