import { connectDatabase } from '../db/connect.ts';

/** The right to pay out for one database, held by one process at a time for as long as its connection lives. */
export interface WorkerLease {
  /** Whether this process has the right now; takes it when it is free. */
  isHeld(): Promise<boolean>;
  close(): Promise<void>;
}

// One arbitrary constant for all routers of a database.
const PAYOUT_LOCK = 7_421_180_012n;

/**
 * An advisory lock on a connection of its own. It only keeps several routers from doing the same work: what makes a payout happen once are the
 * constraints of its tables, so a lock that is lost in the middle of a step loses no money.
 */
export function openWorkerLease(databaseUrl: string): WorkerLease {
  const { sql, close } = connectDatabase(databaseUrl, { connections: 1 });
  let heldBy: number | null = null;
  return {
    async isHeld() {
      try {
        const [row] = await sql<{ pid: number; taken: boolean }[]>`
          select pg_backend_pid() as pid,
            pg_backend_pid() = ${heldBy ?? -1} or pg_try_advisory_lock(${PAYOUT_LOCK}) as taken`;
        // After a reconnect it is another backend, and the lock of the old one is gone.
        heldBy = row?.taken ? row.pid : null;
      } catch (error) {
        heldBy = null;
        throw error;
      }
      return heldBy !== null;
    },
    close,
  };
}
