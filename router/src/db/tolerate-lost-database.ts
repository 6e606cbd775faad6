import type { EventEmitter } from 'node:events';
import { isDatabaseUnavailable } from './is-unavailable.ts';

/**
 * Lets the process live when a rejection that nobody handles says only that the database is away. postgres.js asks for the types of arrays by a
 * query that nobody waits for; when Postgres goes away just then, its failure is nobody's to catch. Whoever needs the database hears of it anyway.
 */
export function tolerateLostDatabase(process: Pick<EventEmitter, 'on'>): void {
  process.on('unhandledRejection', (reason: unknown) => {
    if (!isDatabaseUnavailable(reason)) throw reason;
  });
}
