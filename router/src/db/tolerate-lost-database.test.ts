import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { tolerateLostDatabase } from './tolerate-lost-database.ts';

it('lets pass that the database is away, and nothing else', () => {
  const process = new EventEmitter();
  tolerateLostDatabase(process);
  const unhandled = (reason: unknown) => () => process.emit('unhandledRejection', reason);
  for (const code of ['ECONNREFUSED', 'CONNECTION_CLOSED', '57P03'])
    expect(unhandled(Object.assign(new Error('away'), { code }))).not.toThrow();
  expect(unhandled(new Error('a bug'))).toThrow('a bug');
  expect(unhandled(Object.assign(new Error('a rule'), { code: '23505' }))).toThrow('a rule');
});
