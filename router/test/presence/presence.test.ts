import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { announceRouter, liveRouters, type Presence } from '../../src/presence/presence.ts';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';

let db: FreshDatabase;
beforeAll(async () => {
  db = await freshDatabase();
});
afterAll(() => db?.drop());

const logger = pino({ level: 'silent' });
const announce = () => announceRouter({ sql: db.database.sql, databaseUrl: db.url, logger });
/** By which connection a router shows that it lives; null while by none. */
async function holderOf({ router }: Presence): Promise<number | null> {
  const [row] = await db.database.sql<{ pid: number }[]>`
    select pid from pg_locks where locktype = 'advisory' and objid = ${router}::bigint::oid and objsubid = 1 and granted
      and database = (select oid from pg_database where datname = current_database())`;
  return row?.pid ?? null;
}
async function live(): Promise<number[]> {
  const { sql } = db.database;
  const rows = await sql<{ router: number }[]>`select * from ${liveRouters(sql)} as live (router) order by 1`;
  return rows.map(({ router }) => router);
}

it('shows who lives, each by a number of its own, and nobody who is closed', async () => {
  const [one, other] = await Promise.all([announce(), announce()]);
  expect(one.router).not.toBe(other.router);
  expect(await live()).toEqual([one.router, other.router].sort((a, b) => a - b));
  await one.close();
  await expect.poll(live).toEqual([other.router]);
  const third = await announce();
  expect([one.router, other.router]).not.toContain(third.router);
  await Promise.all([other.close(), third.close()]);
  await expect.poll(live).toEqual([]);
});

it('comes back by itself when its connection breaks', async () => {
  const presence = await announce();
  try {
    const before = await holderOf(presence);
    await db.database.sql`select pg_terminate_backend(${before})`;
    const isBack = async () => ![null, before].includes(await holderOf(presence));
    await expect.poll(isBack, { timeout: 20_000 }).toBe(true);
    expect(await live()).toEqual([presence.router]);
  } finally {
    await presence.close();
  }
});

it('takes no other lock for the life of a router', async () => {
  const { sql } = db.database;
  await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(7421180012), pg_advisory_xact_lock(742118, 5), pg_advisory_xact_lock(hashtext('x402_settlements'))`;
    expect(await live()).toEqual([]);
  });
});
