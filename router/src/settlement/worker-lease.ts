import { openProcessLock, type ProcessLock } from '../db/process-lock.ts';

/** The right to pay out for one database. */
export type WorkerLease = ProcessLock;

// One arbitrary constant for all routers of a database.
const PAYOUT_LOCK = 7_421_180_012n;

/**
 * It only keeps several routers from doing the same work: what makes a payout happen once are the constraints of its tables, so a lock that
 * is lost in the middle of a step loses no money.
 */
export function openWorkerLease(databaseUrl: string): WorkerLease {
  return openProcessLock(databaseUrl, PAYOUT_LOCK);
}
