import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { inject } from 'vitest';
import { connectDatabase, type Database } from '../../src/db/connect.ts';
import { migrateDatabase } from '../../src/db/migrate.ts';

const TEMPLATE = 'watt_template';
const TEMPLATE_LOCK = 5_511n;

export interface FreshDatabase {
  url: string;
  database: Database;
  drop(): Promise<void>;
}

/** A migrated database of its own, cloned from a template that the first caller of the run makes. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const server = inject('postgresUrl');
  const admin = postgres(server, { max: 1, onnotice: () => undefined });
  const name = `t_${randomUUID().replaceAll('-', '')}`;
  try {
    await admin`select pg_advisory_lock(${TEMPLATE_LOCK.toString()}::bigint)`;
    const [found] = await admin`select 1 from pg_database where datname = ${TEMPLATE}`;
    if (!found) {
      await admin.unsafe(`create database ${TEMPLATE}`);
      await migrateDatabase(withDatabase(server, TEMPLATE));
    }
    await admin.unsafe(`create database ${name} template ${TEMPLATE}`);
  } finally {
    await admin.end();
  }
  const url = withDatabase(server, name);
  const database = connectDatabase(url, { connections: 8 });
  return { url, database, drop: () => drop(server, name, database) };
}

async function drop(server: string, name: string, database: Database): Promise<void> {
  await database.close();
  const admin = postgres(server, { max: 1 });
  await admin.unsafe(`drop database ${name} with (force)`);
  await admin.end();
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
