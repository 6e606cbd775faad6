import type { NodeId } from '@watt/shared';
import { type CopyWish, wishOf } from '../copies/copies.ts';
import { type Failure, type QueuedJob, type Requirement, requirementOf } from '../jobs/jobs.ts';

/** A paid job that waits for a node, or that one has. Times in Unix milliseconds. */
export interface WaitingJob {
  job: QueuedJob;
  requirement: Requirement;
  /** Null for what is not shared. */
  copies: SoughtCopies | null;
  /** Nodes that had it before. */
  tried: Set<NodeId>;
  /** When the first of them got it; unknown after a restart, and when a node vanished with a page's time. */
  begunAt?: number;
  /** What the last of them failed by. */
  failure?: Failure;
}

export interface SoughtCopies extends CopyWish {
  /** When one was last looked for. */
  soughtAt: number;
  /** Whether it has stood behind another's visit. */
  hasFollowed: boolean;
}

export function toWaiting(job: QueuedJob): WaitingJob {
  const wish = wishOf(job);
  return {
    job: { ...job },
    requirement: requirementOf(job.service, job.request),
    copies: wish && { ...wish, soughtAt: Number.NEGATIVE_INFINITY, hasFollowed: false },
    tried: new Set(),
  };
}
