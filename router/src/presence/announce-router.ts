import type { Logger } from 'pino';
import type { SqlRunner } from '../db/connect.ts';
import { openProcessLock, type ProcessLock } from '../db/process-lock.ts';
import { repeat } from '../repeat.ts';
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
  await firstTake(lock, router);
  // A connection that broke took the lock with it: until it is back others may take over what this router has, which costs work and no money.
  const keeper = repeat(async () => void (await lock.isHeld()), {
    everyMs: KEEP_MS,
    onFault: (error) => logger.warn({ err: error }, 'other routers cannot see that this one lives'),
  });
  keeper.start();
  return { router, close: async () => void (await Promise.all([keeper.stop(), lock.close()])) };
}

async function firstTake(lock: ProcessLock, router: RouterId): Promise<void> {
  try {
    if (!(await lock.isHeld())) throw new Error(`Another process is router ${router} of this database`);
  } catch (error) {
    await lock.close();
    throw error;
  }
}
