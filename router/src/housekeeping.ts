import { forgetNonces } from './access/access.ts';
import type { Context } from './context.ts';
import { pruneCopies } from './copies/copies.ts';
import { expireUnpaidJobs } from './jobs/jobs.ts';

const EVERY_MS = 5000;

/**
 * Recurring chores: unpaid jobs and batches expire, old copies are forgotten, and payments that a crash left between record and job are
 * matched.
 */
export function startHousekeeping(context: Context): { stop(): Promise<void> } {
  const { database, payments, batches, clock, logger } = context;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  const run = async (): Promise<void> => {
    await payments.fundMatched();
    await batches.fundMatched();
    await expireUnpaidJobs(database.sql);
    await batches.expireUnpaid();
    await forgetNonces(database.sql, clock());
    await pruneCopies(database.sql);
  };
  const loop = (): Promise<void> =>
    run()
      .catch((error: unknown) => logger.warn({ err: error }, 'housekeeping failed; trying again'))
      .finally(() => {
        if (isStopped) return;
        timer = setTimeout(() => {
          current = loop();
        }, EVERY_MS);
      });
  let current = loop();

  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await current;
    },
  };
}
