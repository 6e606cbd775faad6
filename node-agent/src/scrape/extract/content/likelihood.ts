import type { Element } from 'domhandler';
import { findFirst } from '../walk.ts';

/** Parts of the names that pages give to what is not their content. Short ones count as whole words only. */
const AWAY = anyOf(
  ['advert', 'banner', 'breadcrumb', 'cookie', 'consent', 'footer', 'masthead', 'menu'],
  [
    'newsletter',
    'outbrain',
    'pagination',
    'popup',
    'promo',
    'recirc',
    'recommend',
    'related',
    '\\bshar(?:e|er|es|ing)\\b',
  ],
  [
    'share(?:bar|this|tool)',
    'sidebar',
    'social',
    'sponsor',
    'taboola',
    'toolbar',
    'trending',
    'shoutbox',
    'skyscraper',
  ],
  ['\\bads?\\b', '\\bnav', '\\bpager\\b', '\\brss\\b', '\\bheader\\b', '\\bmodal\\b', '\\brail\\b'],
  ['upsell', 'cross-?sell', 'also-?(?:viewed|bought|like)', 'recently-?viewed', 'similar-(?:item|product)'],
  ['\\bextra\\b', '\\blegal\\b', '\\blogin\\b', '\\bmost-?(?:read|popular)'],
);
const CONTENT = anyOf([
  'article',
  'body',
  'content',
  'main',
  'story',
  'entry',
  'column',
  'post',
  'page',
  'text',
  'blog',
]);
/** These tell even against what is called content besides. */
const NOT_CONTENT = anyOf(
  ['advert', 'banner', 'breadcrumb', 'contact', 'footer', 'hidden', 'masthead', 'newsletter'],
  [
    'outbrain',
    'promo',
    'recirc',
    'related',
    '\\bshar(?:e|er|es|ing)\\b',
    'shopping',
    'sidebar',
    'social',
    'sponsor',
  ],
  ['taboola', 'widget', '\\bads?\\b', '\\bmeta\\b', '\\btags?\\b', '\\bmedia\\b', '\\bscroll\\b'],
);
/** What readers add to an article, and what a thread consists of. */
const COMMENTS = anyOf(['comment', 'disqus', 'repl(?:y|ies)\\b']);
const CONSENT = anyOf(
  ['onetrust', 'didomi', 'usercentrics', 'truste\\b', 'gdpr(?![a-z])', '\\bqc-cmp', '\\bcmp-?box'],
  ['cookie[\\s_-]?(?:consent|banner|notice|law|bar\\b|modal|popup|settings|preferences|message)'],
  [
    'consent[\\s_-]?(?:banner|manager|popup|modal|overlay|bar\\b)',
    '\\bprivacy[\\s_-](?:cent|pref|banner|settings)',
  ],
);
const HOLDERS = new Set(['div', 'section', 'aside', 'dialog', 'form']);
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
const AWAY_TAGS = new Set(['nav', 'aside', 'footer', 'button', 'input', 'textarea', 'dialog', 'menu']);
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
const MAX_ID_WORDS = 4;

/** What asks for consent is long on some pages, and content on none. Pages are called after it as well, but hold more than that. */
export function asksConsent(element: Element): boolean {
  if (!HOLDERS.has(element.name) || !isCalled(element, CONSENT)) return false;
  return findFirst(element, ({ name }) => name === 'main' || name === 'article' || name === 'h1') === null;
}

/** Whether an element is called after comments. */
export function isComments(element: Element): boolean {
  return isCalled(element, COMMENTS) && !NEVER_AWAY.has(element.name) && COMMENTS.test(namesOf(element));
}

/** By class and id as they stand: every element is asked, and few are called anything like it. */
function isCalled({ attribs }: Element, names: RegExp): boolean {
  const { class: classes, id } = attribs;
  return (classes !== undefined && names.test(classes)) || (id !== undefined && names.test(id));
}

/** What an element's names, role and tag say against its being content, before anything is counted. */
export function isAway(element: Element, keepsComments: boolean): boolean {
  const { name, attribs } = element;
  if (AWAY_TAGS.has(name)) return true;
  if (attribs['aria-hidden'] === 'true' || attribs['aria-modal'] === 'true') return true;
  if (AWAY_ROLES.has(attribs['role'] ?? '')) return true;
  if (NEVER_AWAY.has(name)) return false;
  const names = namesOf(element);
  if (names === '' || CONTENT.test(names)) return false;
  return AWAY.test(names) || (!keepsComments && COMMENTS.test(names));
}

/** From -50 to 50, by what the element is called. */
export function nameWeight({ attribs }: Element, keepsComments: boolean): number {
  let weight = 0;
  for (const names of [wordsOf(attribs['class']), idWords(attribs['id'])]) {
    if (names === '') continue;
    if (NOT_CONTENT.test(names) || (!keepsComments && COMMENTS.test(names))) weight -= 25;
    if (CONTENT.test(names)) weight += 25;
  }
  return weight;
}

/** Class and id as words. */
export function namesOf({ attribs }: Element): string {
  return `${wordsOf(attribs['class'])} ${idWords(attribs['id'])}`.trim();
}

/** An id of many words is the anchor of a heading, and says what the text is about. */
function idWords(id: string | undefined): string {
  const words = wordsOf(id);
  return words.split(/[\s-]+/).length > MAX_ID_WORDS ? '' : words;
}

/** Underscores and inner capitals part words in names. */
function wordsOf(names: string | undefined): string {
  if (names === undefined) return '';
  return names
    .slice(0, MAX_NAMES)
    .replaceAll('_', ' ')
    .replace(/([a-z])(?=[A-Z])/g, '$1 ');
}

function anyOf(...words: readonly string[][]): RegExp {
  return new RegExp(words.flat().join('|'), 'i');
}
