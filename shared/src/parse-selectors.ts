import { LIMITS } from './limits.ts';
import type { SelectorField } from './schemas/selectors.ts';
import { assertSelector } from './scrape-selector.ts';

/** A field as the nodes read it. */
export interface ParsedField {
  name: string;
  /** Null for the element itself. */
  css: string | null;
  attribute: string | null;
  isList: boolean;
  fields: ParsedField[] | null;
}

/** A field that cannot be used, and why in a sentence; `field` is its path, such as `items.title`, or empty for all of them. */
export class SelectorFault extends TypeError {
  override readonly name = 'SelectorFault';
  readonly field: string;

  constructor(message: string, options: { field: string; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.field = options.field;
  }
}

const ATTRIBUTE = /^[A-Za-z_:][\w:.-]*$/;
/** An escaped @ belongs to the selector, as in `.md\@wide`. */
const WITH_ATTRIBUTE = /^((?:[^\\]|\\[\s\S])*?)@([A-Za-z_:][\w:.-]*)\s*$/;

/**
 * Reads the `selectors` of a request. The router asks before payment, the node when it runs. Throws a SelectorFault for what is
 * not valid, nests deeper than LIMITS.selectorDepth or has more than LIMITS.selectors fields in all.
 */
export function parseSelectors(selectors: Readonly<Record<string, SelectorField>>): ParsedField[] {
  const fields = parseFields(selectors, { path: '', depth: 1 });
  const count = countFields(fields);
  if (count > LIMITS.selectors) {
    throw new SelectorFault(
      `There are ${count} fields in all; at most ${LIMITS.selectors} are read from a page.`,
      { field: '' },
    );
  }
  return fields;
}

interface Place {
  path: string;
  depth: number;
}

function parseFields(fields: Readonly<Record<string, SelectorField>>, { path, depth }: Place): ParsedField[] {
  return Object.entries(fields).map(([name, field]) =>
    parseField(name, field, { path: path === '' ? name : `${path}.${name}`, depth }),
  );
}

function parseField(name: string, field: SelectorField, { path, depth }: Place): ParsedField {
  if (depth > LIMITS.selectorDepth) {
    throw new SelectorFault(`Fields nest more than ${LIMITS.selectorDepth} levels.`, { field: path });
  }
  const { selector, all, attribute, fields } = typeof field === 'string' ? { selector: field } : field;
  const parts = splitAttribute(selector);
  if (attribute !== undefined && (parts.attribute !== null || !ATTRIBUTE.test(attribute))) {
    throw new SelectorFault(`The attribute ${JSON.stringify(attribute)} cannot be read.`, { field: path });
  }
  const parsed: ParsedField = {
    name,
    css: readCss(parts.css, { path, depth }),
    attribute: attribute ?? parts.attribute,
    isList: all ?? false,
    fields: fields ? parseFields(fields, { path, depth: depth + 1 }) : null,
  };
  if (parsed.fields && parsed.attribute !== null) {
    throw new SelectorFault('A field has either an attribute or fields of its own.', { field: path });
  }
  return parsed;
}

function splitAttribute(selector: string): { css: string; attribute: string | null } {
  const match = WITH_ATTRIBUTE.exec(selector);
  return match ? { css: match[1] ?? '', attribute: match[2] ?? null } : { css: selector, attribute: null };
}

function readCss(css: string, { path, depth }: Place): string | null {
  const isSelf = css.trim() === '.' || css.trim() === '';
  if (isSelf && depth > 1) return null;
  try {
    assertSelector(css);
    return css;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new SelectorFault(message, { field: path, cause: error });
  }
}

function countFields(fields: readonly ParsedField[]): number {
  return fields.reduce((count, field) => count + 1 + countFields(field.fields ?? []), 0);
}
