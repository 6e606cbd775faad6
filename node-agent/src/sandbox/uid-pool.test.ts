import { expect, test } from 'vitest';
import { createUidPool } from './uid-pool.ts';

test('no two running jobs share a uid, and a uid is not used again at once', () => {
  const pool = createUidPool({ first: 100, count: 3 }, 7);
  expect([pool.take(), pool.take()]).toEqual([101, 102]);
  pool.release(101);
  expect(pool.take()).toBe(100);
  expect(pool.take()).toBe(101);
  expect(() => pool.take()).toThrow('all 3 uids');
});
