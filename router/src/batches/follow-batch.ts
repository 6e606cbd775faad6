import type { JobId } from '@watt/shared';
import type { SqlClient } from '../db/connect.ts';
import type { Waiters } from '../jobs/jobs.ts';
import type { BatchRecord } from './batch-record.ts';

const POLL_MS = 500;

export interface FollowRooms {
  sql: SqlClient;
  waiters: Waiters;
  clock: () => number;
}

/** The places of a funded batch's pages as they end, each once, until all have or the wait is over. */
export async function* followBatch(
  { sql, waiters, clock }: FollowRooms,
  batch: BatchRecord,
  { waitMs, signal }: { waitMs: number; signal: AbortSignal },
): AsyncGenerator<number> {
  const open = new Map(batch.jobIds.map((id, index) => [id, index]));
  const until = clock() + waitMs;
  while (open.size > 0) {
    const ended = await endedOf(sql, [...open.keys()]);
    for (const id of ended) {
      const index = open.get(id);
      open.delete(id);
      if (index !== undefined) yield index;
    }
    const left = until - clock();
    if (open.size === 0 || left <= 0 || signal.aborted) return;
    if (ended.length === 0)
      await waiters.waitForAny([...open.keys()], { ms: Math.min(POLL_MS, left), signal });
  }
}

async function endedOf(sql: SqlClient, ids: readonly JobId[]): Promise<JobId[]> {
  const rows = await sql<{ id: JobId }[]>`
    select id from jobs where id = any(${ids as JobId[]}::uuid[]) and finished_at is not null order by finished_at, id`;
  return rows.map((row) => row.id);
}
