import { fieldError } from '../intake/intake.ts';

/** The form of cursors that are ids of payouts. */
export const UUID_CURSOR = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

/** The `limit` of a list, from its query. Throws INVALID_REQUEST. */
export function readLimit(query: Record<string, string | undefined>): number {
  const limit = Number(query['limit'] ?? DEFAULT_LIMIT);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  const fix = `Give a whole number from 1 to ${MAX_LIMIT}.`;
  throw fieldError({ field: 'limit', message: 'is not a page size', fix });
}

/** The cursor of a list; null for the first page. Throws INVALID_REQUEST where it does not have the form of one. */
export function readCursor(query: Record<string, string | undefined>, form: RegExp): string | null {
  const after = query['after'] ?? '';
  if (after === '') return null;
  if (form.test(after)) return after;
  throw fieldError({ field: 'after', message: 'is not a cursor', fix: 'Give the `next` of a page.' });
}

/** Cuts a page out of rows that were asked for with one more than the limit. `next` is the cursor of the page after, or null. */
export function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => string,
): { rows: Row[]; next: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, next: rows.length > limit && last ? cursorOf(last) : null };
}
