import type { Logger } from 'pino';
import type { SqlRunner } from '../db/connect.ts';
import { openProcessLock } from '../db/process-lock.ts';
import { presenceLock, type RouterId } from './live-routers.ts';

/** A router's process, as the others of its database see it. */
export interface Presence {
  readonly router: RouterId;
  /** From here on it is gone, and others may take over what it has. */
  close(): Promise<void>;
}

const KEEP_MS = 1000;

/** Takes a number that no router has had, and shows that it lives until it is closed or its process ends. */
export async function announceRouter(options: {
  sql: SqlRunner;
  databaseUrl: string;
  logger: Logger;
}): Promise<Presence> {
  const { sql, databaseUrl, logger } = options;
  const [row] = await sql<{ router: RouterId }[]>`select nextval('router_ids')::int as router`;
  if (!row) throw new Error('The database gives no number to routers');
  const { router } = row;
  const lock = openProcessLock(databaseUrl, presenceLock(router));
  // A connection that broke took the lock with it: until it is back others may take over what this router has, which costs work and no money.
  const keep = (): Promise<boolean> =>
    lock.isHeld().catch((error: unknown) => {
      logger.warn({ err: error }, 'other routers cannot see that this one lives');
      return false;
    });
  if (!(await keep())) {
    await lock.close();
    throw new Error(`Router ${router} cannot show that it lives`);
  }
  let keeping: Promise<unknown> = Promise.resolve();
  let isKeeping = false;
  const timer = setInterval(() => {
    if (isKeeping) return;
    isKeeping = true;
    keeping = keep().finally(() => {
      isKeeping = false;
    });
  }, KEEP_MS);
  return {
    router,
    async close() {
      clearInterval(timer);
      await lock.close();
      await keeping;
    },
  };
}
