import type { ParsedField } from '@watt/shared';
import type { Document, Element, ParentNode } from 'domhandler';
import { absoluteUrl, isUrlAttribute } from './absolute-url.ts';
import { findElements } from './find-elements.ts';

export interface SelectOptions {
  document: Document;
  isXml: boolean;
  /** What addresses in attributes are relative to. */
  baseUrl: string;
  /** An element's value where no attribute is asked for. Throws when the result grows too large. */
  render(element: Element): string;
  warnings: string[];
}

type Value = string | null | Value[] | { [name: string]: Value };

interface Selection extends SelectOptions {
  /** By the field's path: how often it was looked for, and how often in vain. */
  tally: Map<string, { tries: number; misses: number }>;
}

/** Reads every field off the page. What matches nothing is null, with a warning. */
export function selectFields(
  fields: readonly ParsedField[],
  options: SelectOptions,
): Record<string, unknown> {
  const selection: Selection = { ...options, tally: new Map() };
  const data = readFields(fields, options.document, '', selection);
  for (const [path, { tries, misses }] of selection.tally) {
    if (misses === 0) continue;
    const share = path.includes('\0') ? ` in ${misses} of ${tries}` : '';
    options.warnings.push(`selector "${path.replaceAll('\0', '.')}" matched nothing${share}`);
  }
  return data;
}

function readFields(
  fields: readonly ParsedField[],
  scope: ParentNode,
  path: string,
  selection: Selection,
): Record<string, Value> {
  const entries = fields.map((field) => {
    // NUL is in no name that the router lets pass, and tells levels from dots in names.
    const fieldPath = path === '' ? field.name : `${path}\0${field.name}`;
    return [field.name, readField(field, scope, fieldPath, selection)] as const;
  });
  return Object.fromEntries(entries);
}

function readField(field: ParsedField, scope: ParentNode, path: string, selection: Selection): Value {
  const limit = field.isList ? Number.POSITIVE_INFINITY : 1;
  const matches =
    field.css === null ? [scope as Element] : findElements(field.css, scope, { ...selection, limit });
  const values = matches.flatMap((match) => readMatch(field, match, path, selection));
  count(selection, path, values.length === 0);
  return field.isList && values.length > 0 ? values : (values[0] ?? null);
}

/** Nothing for an element that lacks the attribute. */
function readMatch(field: ParsedField, match: Element, path: string, selection: Selection): Value[] {
  if (field.fields) return [readFields(field.fields, match, path, selection)];
  if (field.attribute === null) return [selection.render(match)];
  const name = selection.isXml ? field.attribute : field.attribute.toLowerCase();
  const value = Object.hasOwn(match.attribs, name) ? match.attribs[name] : undefined;
  if (value === undefined) return [];
  return [isUrlAttribute(name) ? (absoluteUrl(value, selection.baseUrl) ?? value) : value];
}

function count({ tally }: Selection, path: string, isMiss: boolean): void {
  const entry = tally.get(path) ?? { tries: 0, misses: 0 };
  entry.tries += 1;
  if (isMiss) entry.misses += 1;
  tally.set(path, entry);
}
