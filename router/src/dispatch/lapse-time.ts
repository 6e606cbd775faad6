import { SESSION_END_MS } from '../jobs/jobs.ts';
import type { Lease } from './lease-book.ts';

const MINUTE_MS = 60_000;

/**
 * When a lease lapses if nothing comes, in Unix milliseconds. A session must be ready before its booked minutes would no longer fit; once it
 * is over, its result has a while to come.
 */
export function lapseTime({ deadline, session }: Pick<Lease, 'deadline' | 'session'>): number {
  if (!session) return deadline;
  const { minutes, readyAt, endedAt } = session;
  const bookedMs = minutes * MINUTE_MS;
  if (readyAt === null) return deadline - bookedMs - SESSION_END_MS;
  const end = Math.min(readyAt + bookedMs, endedAt ?? Number.POSITIVE_INFINITY);
  return Math.min(deadline, end + SESSION_END_MS);
}
