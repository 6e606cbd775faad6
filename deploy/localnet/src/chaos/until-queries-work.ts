import { setTimeout as sleep } from 'node:timers/promises';
import { connectDatabase } from '@watt/router';

const RETRY_MS = 100;

/**
 * Resolves when Postgres answers a query. What its files say is not enough after a `kill -9`: they are those of the one before.
 */
export async function untilQueriesWork(
  databaseUrl: string,
  { ended, limitMs }: { ended: AbortSignal; limitMs: number },
): Promise<void> {
  const until = performance.now() + limitMs;
  for (;;) {
    ended.throwIfAborted();
    const database = connectDatabase(databaseUrl, { connections: 1 });
    try {
      await database.sql`select 1`;
      return;
    } catch (error) {
      if (performance.now() > until) throw error;
    } finally {
      await database.close();
    }
    await sleep(RETRY_MS);
  }
}
