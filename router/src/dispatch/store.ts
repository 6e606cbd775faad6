import type { AttemptId, Hello, JobId, NodeId } from '@watt/shared';
import type { Copies } from '../copies/copies.ts';
import { createBatcher } from '../db/batcher.ts';
import type { SqlClient } from '../db/connect.ts';
import {
  type AttemptMark,
  type CompletedJob,
  completeJobs,
  type EndedAttempt,
  endAttempt,
  type Failure,
  failQueuedJob,
  type LiveJob,
  leaseJobs,
  loadLiveJobs,
  markClosed,
  markReady,
  type NewLease,
  type OutputStreams,
  type PastAttempt,
  pastAttempt,
  type QueuedJob,
  type Waiters,
} from '../jobs/jobs.ts';
import type { SystemAccounts } from '../ledger/ledger.ts';
import { markNodesSeen, moveNode, saveNode } from '../nodes/nodes.ts';
import type { CallBook } from '../sessions/sessions.ts';

/** What the dispatcher writes. Every call that ends a job wakes those who wait for it. */
export interface DispatchStore {
  /** False when the job is not queued any more. */
  lease(lease: NewLease): Promise<boolean>;
  /** False when there was no copy to serve the job with. */
  serveCopy(job: QueuedJob): Promise<boolean>;
  /** False when the lease was over: nothing is stored or paid. */
  complete(job: CompletedJob): Promise<boolean>;
  /** The first moment that was written down; null when the lease is over. */
  sessionReady(mark: AttemptMark & { jobId: JobId }): Promise<number | null>;
  /** The same; null too when the session was never ready. */
  sessionClosed(mark: AttemptMark): Promise<number | null>;
  endAttempt(end: EndedAttempt): Promise<boolean>;
  failQueued(job: { jobId: JobId; failure: Failure }): Promise<boolean>;
  pastAttempt(attemptId: AttemptId, nodeId: NodeId): Promise<PastAttempt | null>;
  /** Jobs that have been queued or running since before this time (Unix milliseconds). */
  liveJobs(before: number): Promise<LiveJob[]>;
  nodeOnline(hello: Hello): Promise<void>;
  nodeState(nodeId: NodeId, state: 'draining' | 'offline'): Promise<void>;
  nodesSeen(nodeIds: readonly NodeId[]): Promise<void>;
}

// One writer each: two batches would wait for each other on the balance of the same node.
const BATCH = { maxItems: 200, concurrency: 1, maxWaiting: 50_000 };

export function createDispatchStore(options: {
  sql: SqlClient;
  accounts: SystemAccounts;
  waiters: Waiters;
  copies: Copies;
  outputs: Pick<OutputStreams, 'end'>;
  calls: Pick<CallBook, 'end'>;
}): DispatchStore {
  const { sql, accounts, waiters, copies, outputs, calls } = options;
  const isOver = (jobId: JobId): void => {
    outputs.end(jobId);
    calls.end(jobId);
    waiters.notify(jobId);
  };
  const leases = createBatcher<NewLease, boolean>({
    ...BATCH,
    run: async (batch) => {
      const leased = await leaseJobs(sql, batch);
      return batch.map((lease) => leased.has(lease.attemptId));
    },
  });
  const completions = createBatcher<CompletedJob, boolean>({
    ...BATCH,
    run: (batch) => completeJobs(sql, accounts, batch),
  });

  return {
    lease: (lease) => leases.add(lease),
    async serveCopy(job) {
      const isServed = await copies.serve(job);
      if (isServed) isOver(job.id);
      return isServed;
    },
    async complete(job) {
      const isDone = await completions.add(job);
      isOver(job.jobId);
      return isDone;
    },
    async sessionReady({ jobId, ...mark }) {
      const readyAt = await markReady(sql, mark);
      waiters.notify(jobId);
      return readyAt;
    },
    sessionClosed: (mark) => markClosed(sql, mark),
    async endAttempt(end) {
      const isEnded = await endAttempt(sql, accounts, end);
      if (isEnded && end.failure) isOver(end.jobId);
      return isEnded;
    },
    async failQueued(job) {
      const isFailed = await failQueuedJob(sql, accounts, job);
      isOver(job.jobId);
      return isFailed;
    },
    pastAttempt: (attemptId, nodeId) => pastAttempt(sql, { attemptId, nodeId }),
    liveJobs: (before) => loadLiveJobs(sql, before),
    nodeOnline: (hello) => saveNode(sql, hello),
    nodeState: (nodeId, state) => moveNode(sql, { nodeId, to: state }),
    nodesSeen: (nodeIds) => markNodesSeen(sql, nodeIds),
  };
}
