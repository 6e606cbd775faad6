import { AppError } from '@watt/shared';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Settings } from 'typebox/system';

/** Faults of a value that has the right type. */
const PRESENT = new Set(['required', 'additionalProperties', 'minProperties', 'maxProperties']);

/** What is wrong with one field, and what to do. */
export interface FieldError {
  field: string;
  message: string;
  fix: string;
}

const MAX_ERRORS = 10;
// No body has more members in one object; listing the faults of a hundred thousand would take seconds.
const MAX_MEMBERS = 100;
const MAX_NAME = 100;
// Selectors are the deepest: fields within fields.
const MAX_NESTING = 12;
// The library stops at 8, and a union alone has one for each of its branches.
const MAX_SCHEMA_FAULTS = 200;

export function fieldError(...errors: FieldError[]): AppError {
  const [first] = errors;
  const detail = first ? `${first.field} ${first.message}` : undefined;
  return new AppError('INVALID_REQUEST', { ...(detail && { detail }), extra: { errors } });
}

/** Compiles a schema to a check that returns the value typed, or throws INVALID_REQUEST with every field's fault. */
export function createValidator<T>(schema: TSchema): (value: unknown) => T {
  const check = Compile(schema);
  Settings.Set({ maxErrors: MAX_SCHEMA_FAULTS });
  return (value) => {
    refuseCrowds(value, []);
    if (check.Check(value)) return value as T;
    const faults = check.Errors(value);
    throw fieldError(...uniqueFields(mostSpecific(faults).flatMap((fault) => toFieldErrors(fault, faults))));
  };
}

function refuseCrowds(value: unknown, path: readonly string[]): void {
  if (typeof value !== 'object' || value === null) return;
  const field = path.map(shown).join('.') || 'body';
  if (path.length > MAX_NESTING) {
    // A dozen members of nobody's schema say less than the first of them; of a list not even that has a name.
    const [first = ''] = path;
    const top = /^\d+$/.test(first) ? 'body' : shown(first);
    throw fieldError({ field: top, message: 'nests too deep', fix: `Nest at most ${MAX_NESTING} levels.` });
  }
  if (Object.keys(value).length > MAX_MEMBERS) {
    throw fieldError({ field, message: 'has too many members', fix: `Send at most ${MAX_MEMBERS}.` });
  }
  for (const [name, member] of Object.entries(value)) refuseCrowds(member, [...path, name]);
}

type SchemaFault = ReturnType<ReturnType<typeof Compile>['Errors']>[number];

/** Where one branch of a union looks further into a value, the other branch's word on its type says nothing. */
function mostSpecific(faults: readonly SchemaFault[]): SchemaFault[] {
  return faults.filter(
    ({ keyword, instancePath }) =>
      keyword !== 'type' ||
      !faults.some(
        (other) =>
          other.instancePath.startsWith(`${instancePath}/`) ||
          (other.instancePath === instancePath && PRESENT.has(other.keyword)),
      ),
  );
}

function toFieldErrors(fault: SchemaFault, all: readonly SchemaFault[]): FieldError[] {
  const path = fault.instancePath.split('/').slice(1).map(memberName);
  const under = (name: string): string => [...path, name].map(shown).join('.');
  const params = fault.params as Record<string, unknown>;
  switch (fault.keyword) {
    case 'required':
      return names(params['requiredProperties']).map((name) => ({
        field: under(name),
        message: 'is missing',
        fix: `Add ${under(name)}.`,
      }));
    case 'additionalProperties':
      return names(params['additionalProperties']).map((name) => ({
        field: under(name),
        message: 'is not a known field',
        fix: `Take ${under(name)} out, or check its spelling.`,
      }));
    // The two say the same as a fault beside them, in the words of schemas.
    case 'boolean':
    case 'anyOf':
      return [];
    default:
      return [{ field: path.map(shown).join('.') || 'body', ...sayFault(fault, all) }];
  }
}

function sayFault(fault: SchemaFault, all: readonly SchemaFault[]): Omit<FieldError, 'field'> {
  const { limit, type } = fault.params as { limit?: number; type?: string };
  switch (fault.keyword) {
    case 'type':
      return { message: `must be of type ${type}`, fix: `Give a value of type ${type}.` };
    case 'const':
      return { message: 'is not one of the known values', fix: `Give one of ${choices(fault, all)}.` };
    case 'pattern':
      return { message: 'is not a UUID', fix: 'Give a UUID such as 0f8fad5b-d9cb-469f-a165-70867728950e.' };
    case 'minimum':
      return { message: 'is too small', fix: `Give at least ${limit}.` };
    case 'maximum':
      return { message: 'is too large', fix: `Give at most ${limit}.` };
    case 'minLength':
      return { message: 'is empty', fix: `Give at least ${limit} character.` };
    case 'maxLength':
      return { message: 'is too long', fix: `Give at most ${limit} characters.` };
    case 'minProperties':
      return { message: 'is empty', fix: `Give at least ${limit} member, or leave it out.` };
    case 'maxProperties':
      return { message: 'has too many members', fix: `Give at most ${limit}.` };
    default:
      return { message: fault.message, fix: 'Give a value within the documented limits.' };
  }
}

/** Every value that the union at this place allows. */
function choices(fault: SchemaFault, all: readonly SchemaFault[]): string {
  return all
    .filter((other) => other.keyword === 'const' && other.instancePath === fault.instancePath)
    .map((other) => JSON.stringify((other.params as { allowedValue: unknown }).allowedValue))
    .join(', ');
}

/** A member's name out of a JSON pointer, RFC 6901. */
function memberName(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}

function shown(name: string): string {
  return name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name;
}

function names(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** The first fault of each field. */
function uniqueFields(errors: FieldError[]): FieldError[] {
  const first = new Map<string, FieldError>();
  for (const error of errors) if (!first.has(error.field)) first.set(error.field, error);
  return [...first.values()].slice(0, MAX_ERRORS);
}
