import { connectDatabase } from './connect.ts';

/** A lock of one process at a time, held for as long as its connection lives: a process that dies, however it does, gives it up. */
export interface ProcessLock {
  /** Whether this process has it now; takes it when it is free. */
  isHeld(): Promise<boolean>;
  close(): Promise<void>;
}

/** An advisory lock on a connection of its own. */
export function openProcessLock(databaseUrl: string, key: bigint): ProcessLock {
  const { sql, close } = connectDatabase(databaseUrl, { connections: 1 });
  let heldBy: number | null = null;
  return {
    async isHeld() {
      try {
        const [row] = await sql<{ pid: number; taken: boolean }[]>`
          select pg_backend_pid() as pid, pg_backend_pid() = ${heldBy ?? -1} or pg_try_advisory_lock(${key}) as taken`;
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
