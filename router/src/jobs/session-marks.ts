import type { AttemptId } from '@watt/shared';
import type { SqlRunner } from '../db/connect.ts';

/** When something was said of a live attempt, in Unix milliseconds. */
export interface AttemptMark {
  attemptId: AttemptId;
  at: number;
}

/** Writes down when the kernel of a session was ready. Returns the first such moment; null when the lease is over. */
export async function markReady(sql: SqlRunner, { attemptId, at }: AttemptMark): Promise<number | null> {
  const [row] = await sql<{ at: number }[]>`
    update attempts set ready_at = coalesce(ready_at, to_timestamp(${at} / 1000.0::float8))
    where id = ${attemptId} and state = 'leased' returning extract(epoch from ready_at)::float8 * 1000 as at`;
  return row?.at ?? null;
}

/** Writes down when the agent of a session was done with it. Returns the first such moment; null when the lease is over, or was never ready. */
export async function markClosed(sql: SqlRunner, { attemptId, at }: AttemptMark): Promise<number | null> {
  const [row] = await sql<{ at: number }[]>`
    update attempts set closed_at = coalesce(closed_at, greatest(ready_at, to_timestamp(${at} / 1000.0::float8)))
    where id = ${attemptId} and state = 'leased' and ready_at is not null
    returning extract(epoch from closed_at)::float8 * 1000 as at`;
  return row?.at ?? null;
}
