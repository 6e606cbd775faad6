import type { WaitingJob } from './waiting-job.ts';

type Begun = Pick<WaitingJob, 'requirement' | 'begunAt'>;

/** Milliseconds that a node may work on the job. A page has the time that its agent gave it once, not once on every node. */
export function timeLeftMs({ requirement, begunAt }: Begun, now: number): number {
  const { service, timeoutMs } = requirement;
  if (service !== 'scrape' || begunAt === undefined) return timeoutMs;
  return Math.max(0, begunAt + timeoutMs - now);
}

/** Whether so little is left, less than half, that no other node should begin. */
export function isSpent(waiting: Begun, now: number): boolean {
  return timeLeftMs(waiting, now) <= waiting.requirement.timeoutMs / 2;
}
