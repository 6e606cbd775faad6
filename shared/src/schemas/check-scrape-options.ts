import { assertSelector } from '../scrape-selector.ts';
import type { ExtraScrapeOptions } from './scrape-options.ts';

/** What is wrong with one option, and what to do. */
export interface OptionFault {
  field: string;
  message: string;
  fix: string;
}

const TOKEN = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\u0080-\u00ff]*$/;
const COOKIE_VALUE = /^[\x20-\x3a\x3c-\x7e]*$/;
/** Headers that belong to the connection, to whom we are, to a part of a page, or to an option of its own. */
const RESERVED =
  /^(?:host|connection|keep-alive|te|trailers?|transfer-encoding|upgrade|http2-settings|expect|range|via|forwarded|x-real-ip|cookie2?|date|origin|accept-encoding|if-.*|proxy-.*|sec-.*|content-.*|x-forwarded-.*|x-http-method.*|x-method-override)$/i;

/** Says what no schema can: names and values that must not reach a request. Null when all is well. Source of the syntax: RFC 9110, RFC 6265. */
export function checkScrapeOptions(
  options: ExtraScrapeOptions & { javascript?: boolean; screenshots?: boolean },
): OptionFault | null {
  return (
    checkHeaders(options) ??
    checkCookies(options) ??
    checkLines(options) ??
    checkSelectors(options) ??
    checkUse(options) ??
    checkSharing(options)
  );
}

function checkHeaders({ headers = {} }: ExtraScrapeOptions): OptionFault | null {
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(headers)) {
    const field = `options.headers.${name}`;
    const lower = name.toLowerCase();
    if (!TOKEN.test(name)) return fault(field, 'is no header name', 'Use letters, digits and hyphens.');
    if (RESERVED.test(name)) {
      return fault(
        field,
        'is not for callers to set',
        'Leave it out; cookies and conditions have options of their own.',
      );
    }
    if (seen.has(lower)) return fault(field, 'is given twice', 'Give each header once.');
    if (!HEADER_VALUE.test(value))
      return fault(field, 'has a value that no header can have', 'Use one line of Latin text.');
    seen.add(lower);
  }
  return null;
}

function checkCookies({ cookies = {} }: ExtraScrapeOptions): OptionFault | null {
  for (const [name, value] of Object.entries(cookies)) {
    const field = `options.cookies.${name}`;
    if (!TOKEN.test(name)) return fault(field, 'is no cookie name', 'Use letters, digits and hyphens.');
    if (!COOKIE_VALUE.test(value))
      return fault(field, 'has a value that no cookie can have', 'Encode it, as in %3B.');
  }
  return null;
}

function checkLines(options: ExtraScrapeOptions): OptionFault | null {
  for (const name of ['user_agent', 'language', 'if_none_match', 'if_modified_since'] as const) {
    if (HEADER_VALUE.test(options[name] ?? '')) continue;
    return fault(`options.${name}`, 'has characters that no header can have', 'Use one line of Latin text.');
  }
  return null;
}

function checkSelectors({ wait_for, screenshot, actions = [] }: ExtraScrapeOptions): OptionFault | null {
  const named: [string, string | undefined][] = [
    ['options.wait_for.selector', wait_for?.selector],
    ['options.screenshot.selector', screenshot?.selector],
    ...actions.map((action, index): [string, string | undefined] => [
      `options.actions.${index}.selector`,
      'selector' in action ? action.selector : undefined,
    ]),
  ];
  for (const [field, selector] of named) {
    if (selector === undefined) continue;
    try {
      assertSelector(selector);
    } catch (error) {
      return fault(
        field,
        error instanceof Error ? error.message : String(error),
        'Give a CSS selector such as #more.',
      );
    }
  }
  return null;
}

function checkUse(
  options: ExtraScrapeOptions & { javascript?: boolean; screenshots?: boolean },
): OptionFault | null {
  const { if_none_match, if_modified_since, javascript, screenshots, pdf, screenshot } = options;
  const usesBrowser = javascript || screenshots || pdf || screenshot;
  if (usesBrowser && (if_none_match ?? if_modified_since) !== undefined) {
    const name = if_none_match === undefined ? 'if_modified_since' : 'if_none_match';
    return fault(
      `options.${name}`,
      'is not for pages in the browser',
      'Leave it out, or javascript, screenshots and pdf.',
    );
  }
  return null;
}

/** What was asked for with something of the caller's own is nobody else's, and a copy could not be of it. */
const OWN = ['headers', 'cookies', 'actions', 'if_none_match', 'if_modified_since'] as const;

function checkSharing(options: ExtraScrapeOptions): OptionFault | null {
  if (options.max_age === undefined) return null;
  const own = OWN.find((name) => Object.keys(options[name] ?? {}).length > 0);
  if (own === undefined) return null;
  return fault('options.max_age', `is not for a request with ${own}`, `Leave it out, or ${own}.`);
}

function fault(field: string, message: string, fix: string): OptionFault {
  return { field, message, fix };
}
