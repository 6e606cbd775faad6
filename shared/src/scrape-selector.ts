import { parse, type Selector, SelectorType } from 'css-what';
import { LIMITS } from './limits.ts';

/** Deeper nesting of `:not(:has(…))` multiplies the work of every match. */
const MAX_NESTING = 4;

type Argument = 'none' | 'selectors' | 'text' | 'formula' | 'integer';

/** What the nodes' matcher (cheerio with css-select) knows; another name parses, but fails only when the page is already fetched. */
const PSEUDO_CLASSES = new Map<string, Argument>([
  ...named('selectors', ['is', 'not', 'has', 'where', 'matches']),
  ...named('text', ['contains', 'icontains']),
  ...named('formula', ['nth-child', 'nth-last-child', 'nth-of-type', 'nth-last-of-type']),
  ...named('integer', ['eq', 'gt', 'lt', 'nth']),
  ...named('none', ['first', 'last', 'even', 'odd', 'root', 'scope', 'empty', 'parent', 'header']),
  ...named('none', [
    'first-child',
    'last-child',
    'only-child',
    'first-of-type',
    'last-of-type',
    'only-of-type',
  ]),
  ...named('none', [
    'any-link',
    'link',
    'enabled',
    'disabled',
    'checked',
    'required',
    'optional',
    'selected',
  ]),
  ...named('none', [
    'button',
    'input',
    'text',
    'checkbox',
    'file',
    'password',
    'radio',
    'reset',
    'image',
    'submit',
  ]),
]);

/** jQuery's filters by position count matches of the whole page, so they mean nothing inside another pseudo-class. */
const BY_POSITION = new Set(['first', 'last', 'even', 'odd', 'eq', 'gt', 'lt', 'nth']);
const FORMULA = /^\s*(?:even|odd|[+-]?\d+|[+-]?\d*n(?:\s*[+-]\s*\d+)?)\s*$/i;
const INTEGER = /^\s*-?\d+\s*$/;

/**
 * Throws a TypeError with a sentence for the agent when a CSS selector cannot be used: bad syntax, or something that the
 * nodes' matcher does not know. The router asks before payment, the node asks again.
 */
export function assertSelector(selector: string): void {
  if (selector.trim() === '' || selector.length > LIMITS.selectorLength) {
    throw new TypeError(`A selector needs 1 to ${LIMITS.selectorLength} characters.`);
  }
  checkAlternatives(parseSelector(selector), selector, 0);
}

function parseSelector(selector: string): Selector[][] {
  try {
    return parse(selector);
  } catch (error) {
    throw new TypeError(`The selector ${JSON.stringify(selector)} is not valid CSS.`, { cause: error });
  }
}

function checkAlternatives(alternatives: Selector[][], selector: string, nesting: number): void {
  if (nesting > MAX_NESTING) refuse(selector, `nests more than ${MAX_NESTING} levels`);
  for (const sequence of alternatives) {
    const first = sequence.at(0);
    const last = sequence.at(-1);
    if (!last || isCombinator(last)) refuse(selector, 'ends without something to match');
    if (nesting === 0 && first && isCombinator(first)) refuse(selector, 'begins with a combinator');
    for (const token of sequence) checkToken(token, selector, nesting);
  }
}

function checkToken(token: Selector, selector: string, nesting: number): void {
  if (token.type === SelectorType.PseudoElement)
    refuse(selector, `uses ::${token.name}, which is no element`);
  if (token.type === SelectorType.Tag && token.name.startsWith('@'))
    refuse(selector, 'has an @ in its middle');
  if (token.type === SelectorType.ColumnCombinator) refuse(selector, 'uses the column combinator');
  if ('namespace' in token && token.namespace !== null && token.namespace !== '*') {
    refuse(selector, 'uses a namespace');
  }
  if (token.type === SelectorType.Pseudo) checkPseudo(token.name, token.data, selector, nesting);
}

function checkPseudo(
  name: string,
  data: string | Selector[][] | null,
  selector: string,
  nesting: number,
): void {
  const argument = PSEUDO_CLASSES.get(name);
  if (argument === undefined) refuse(selector, `uses :${name}, which a fetched page does not have`);
  if (nesting > 0 && BY_POSITION.has(name)) refuse(selector, `uses :${name} inside another pseudo-class`);
  if (argument === 'selectors' && Array.isArray(data)) {
    checkAlternatives(data, selector, nesting + 1);
    return;
  }
  const text = typeof data === 'string' ? data : null;
  const isGood =
    (argument === 'none' && data === null) ||
    (argument === 'text' && text !== null) ||
    (argument === 'formula' && text !== null && FORMULA.test(text)) ||
    (argument === 'integer' && text !== null && INTEGER.test(text));
  if (!isGood) refuse(selector, `does not use :${name} as it is meant (argument: ${argument})`);
}

function isCombinator(token: Selector): boolean {
  return (
    token.type === SelectorType.Child ||
    token.type === SelectorType.Parent ||
    token.type === SelectorType.Sibling ||
    token.type === SelectorType.Adjacent ||
    token.type === SelectorType.Descendant
  );
}

function refuse(selector: string, why: string): never {
  throw new TypeError(`The selector ${JSON.stringify(selector)} ${why}.`);
}

function named(argument: Argument, names: string[]): [string, Argument][] {
  return names.map((name) => [name, argument]);
}
