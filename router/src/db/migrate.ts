import { fileURLToPath } from 'node:url';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import { connectDatabase } from './connect.ts';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));
// One arbitrary constant: routers that start together migrate one after the other.
const MIGRATION_LOCK = 7_421_180_011n;

/** Brings the database to the newest schema; safe to run from several routers at once. */
export async function migrateDatabase(url: string): Promise<void> {
  const database = connectDatabase(url, { connections: 1 });
  try {
    await database.sql`set lock_timeout = '60s'`;
    await database.sql`select pg_advisory_lock(${MIGRATION_LOCK})`;
    await migrate(database.orm, { migrationsFolder: MIGRATIONS });
  } finally {
    await database.close();
  }
}
