import { forgetNonces } from './access/access.ts';
import type { Context } from './context.ts';
import { pruneCopies } from './copies/copies.ts';
import { expireUnpaidJobs } from './jobs/jobs.ts';
import { type Repeated, repeat } from './repeat.ts';

const EVERY_MS = 5000;

/**
 * Recurring chores: unpaid jobs and batches expire, old copies are forgotten, and payments that a crash left between record and job are
 * matched.
 */
export function startHousekeeping(context: Context): Pick<Repeated, 'stop'> {
  const { database, payments, batches, clock, logger } = context;
  const run = async (): Promise<void> => {
    await payments.fundMatched();
    await batches.fundMatched();
    await expireUnpaidJobs(database.sql);
    await batches.expireUnpaid();
    await forgetNonces(database.sql, clock());
    await pruneCopies(database.sql);
  };
  const chores = repeat(run, {
    everyMs: EVERY_MS,
    onFault: (error) => logger.warn({ err: error }, 'housekeeping failed; trying again'),
  });
  chores.start();
  return chores;
}
