import { AppError } from '@watt/shared';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

/** What is wrong with one field, and what to do. */
export interface FieldError {
  field: string;
  message: string;
  fix: string;
}

const MAX_ERRORS = 10;

export function fieldError(...errors: FieldError[]): AppError {
  const [first] = errors;
  const detail = first ? `${first.field} ${first.message}` : undefined;
  return new AppError('INVALID_REQUEST', { ...(detail && { detail }), extra: { errors } });
}

/** Compiles a schema to a check that returns the value typed, or throws INVALID_REQUEST with every field's fault. */
export function createValidator<T>(schema: TSchema): (value: unknown) => T {
  const check = Compile(schema);
  return (value) => {
    if (check.Check(value)) return value as T;
    const errors = check.Errors(value).slice(0, MAX_ERRORS).flatMap(toFieldErrors);
    throw fieldError(...uniqueFields(errors));
  };
}

type SchemaError = ReturnType<ReturnType<typeof Compile>['Errors']>[number];

function toFieldErrors(error: SchemaError): FieldError[] {
  const path = error.instancePath.split('/').slice(1).join('.');
  const under = (name: string): string => (path ? `${path}.${name}` : name);
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
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
    default:
      return [{ field: path || 'body', message: error.message, fix: fixFor(error.keyword, params) }];
  }
}

function fixFor(keyword: string, params: Record<string, unknown>): string {
  if (keyword === 'pattern') return 'Give a UUID such as 0f8fad5b-d9cb-469f-a165-70867728950e.';
  if (keyword === 'const')
    return `Give one of the documented values, such as ${JSON.stringify(params['allowedValue'])}.`;
  if (keyword === 'type') return `Give a value of type ${String(params['type'])}.`;
  return 'Give a value within the documented limits.';
}

function names(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function uniqueFields(errors: FieldError[]): FieldError[] {
  return [...new Map(errors.toReversed().map((error) => [error.field, error])).values()].toReversed();
}
