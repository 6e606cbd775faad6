import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWorkerLease } from '../../src/settlement/worker-lease.ts';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';

let db: FreshDatabase;
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db.drop());

it('is held by one at a time, for as long as its connection lives', async () => {
  const [first, second] = [openWorkerLease(db.url), openWorkerLease(db.url)];
  try {
    expect(await first.isHeld()).toBe(true);
    expect(await second.isHeld()).toBe(false);
    expect(await first.isHeld()).toBe(true);
    await db.database.sql`
      select pg_terminate_backend(pid) from pg_locks
      where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`;
    await expect.poll(() => second.isHeld()).toBe(true);
    await expect.poll(() => first.isHeld().catch(() => null)).toBe(false);
    await second.close();
    expect(await first.isHeld()).toBe(true);
  } finally {
    await Promise.all([first.close(), second.close()]);
  }
});
