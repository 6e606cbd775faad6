import { type TSchema, Type } from 'typebox';
import { LIMITS } from '../limits.ts';

/**
 * What one field of a result is read from: a CSS selector, `selector@attribute` for an attribute, or the same with more to say.
 * Inside `fields`, selectors are searched within the element that matched; `.` is that element itself and `@href` its attribute.
 */
export type SelectorField = string | SelectorObject;

export interface SelectorObject {
  selector: string;
  /** A list of every match instead of the first. */
  all?: boolean;
  attribute?: string;
  /** An object for each match instead of its text. */
  fields?: Record<string, SelectorField>;
}

const SelectorText = Type.String({ minLength: 1, maxLength: LIMITS.selectorLength });

/** The schema of `selectors`. Nested as deep as is allowed and no deeper, so that no schema refers to itself. */
export const SelectorsSchema = Type.Unsafe<Record<string, SelectorField>>(
  recordOf(
    fieldSchema(LIMITS.selectorDepth),
    'Field name to CSS selector, or to a selector with more to say.',
  ),
);

function fieldSchema(depth: number): TSchema {
  const members = {
    selector: SelectorText,
    all: Type.Optional(Type.Boolean({ description: 'A list of every match.' })),
    attribute: Type.Optional(
      Type.String({ minLength: 1, maxLength: LIMITS.selectorNameLength, description: 'E.g. href.' }),
    ),
  };
  const nested =
    depth > 1
      ? { fields: Type.Optional(recordOf(fieldSchema(depth - 1), 'What is read from each match.')) }
      : {};
  return Type.Union([SelectorText, Type.Object({ ...members, ...nested }, { additionalProperties: false })]);
}

function recordOf(field: TSchema, description: string): TSchema {
  return Type.Record(
    // A pattern, because lengths say nothing about the names of a record.
    Type.String({ pattern: `^[\\s\\S]{1,${LIMITS.selectorNameLength}}$` }),
    field,
    { minProperties: 1, maxProperties: LIMITS.selectors, additionalProperties: false, description },
  );
}

/** Members in one order and defaults left out, so that equal requests have equal JSON. */
export function normaliseSelectors(selectors: Record<string, SelectorField>): Record<string, SelectorField> {
  const fields = Object.entries(selectors).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([name, field]) => [name, normaliseField(field)]));
}

function normaliseField(field: SelectorField): SelectorField {
  if (typeof field === 'string') return field;
  return {
    selector: field.selector,
    ...(field.all && { all: true }),
    ...(field.attribute !== undefined && { attribute: field.attribute }),
    ...(field.fields && { fields: normaliseSelectors(field.fields) }),
  };
}
