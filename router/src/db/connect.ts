import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres, { type Sql } from 'postgres';
import * as schema from './schema.ts';
import { surviveLostConnections } from './survive-lost-connections.ts';

type Types = { bigint: bigint };
/** A connection pool; `int8` values are `bigint`. */
export type SqlClient = Sql<Types>;
/** A pool or an open transaction: whatever can run a statement. */
export type SqlRunner = postgres.ISql<Types>;

export interface Database {
  sql: SqlClient;
  orm: PostgresJsDatabase<typeof schema>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_SECONDS = 10;
const CLOSE_TIMEOUT_SECONDS = 5;

export function connectDatabase(url: string, options: { connections: number }): Database {
  const client: SqlClient = postgres(url, {
    max: options.connections,
    connect_timeout: CONNECT_TIMEOUT_SECONDS,
    types: { bigint: postgres.BigInt },
    onnotice: () => undefined,
    connection: {
      application_name: 'watt-router',
      lock_timeout: 15_000,
      statement_timeout: 60_000,
      // A machine that went away without a word gives up what it has locked within half a minute, not two hours.
      ...{ tcp_keepalives_idle: 10, tcp_keepalives_interval: 5, tcp_keepalives_count: 3 },
      // Plans are cached, also those of foreign keys: one made while a table was empty would scan it for ever after.
      enable_seqscan: 'off',
    },
  });
  const sql = surviveLostConnections(client);
  return { sql, orm: drizzle(sql, { schema }), close: () => sql.end({ timeout: CLOSE_TIMEOUT_SECONDS }) };
}
