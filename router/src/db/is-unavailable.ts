import { BatcherFullError } from './batcher.ts';

// The driver's own codes, the system's, and Postgres's classes for "shutting down", "starting up" and "too many connections".
const CODES = new Set([
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  '57P01',
  '57P02',
  '57P03',
  '53300',
]);

/** Whether a failure means that the database cannot be reached or keeps up with no more: worth another try in a moment. */
export function isDatabaseUnavailable(error: unknown): boolean {
  return error instanceof BatcherFullError || CODES.has((error as { code?: string } | null)?.code ?? '');
}
