import type { AttemptId, Hello, JobId, NodeId } from '@watt/shared';
import type { Copies } from '../copies/copies.ts';
import { createBatcher } from '../db/batcher.ts';
import type { SqlClient } from '../db/connect.ts';
import {
  type AttemptMark,
  adoptJobs,
  type CompletedJob,
  claimAttempts,
  completeJobs,
  type EndedAttempt,
  endAttempt,
  type Failure,
  failQueuedJob,
  type LiveJob,
  leaseJobs,
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
import { markNodesSeen, markStrandedOffline, moveNode, saveNode } from '../nodes/nodes.ts';
import type { RouterId } from '../presence/presence.ts';
import type { CallBook } from '../sessions/sessions.ts';

/** What the dispatcher writes. Every call that ends a job wakes those who wait for it. */
export interface DispatchStore {
  /** How many attempts the job has had with this one; null when it is not queued any more. */
  lease(lease: NewLease): Promise<number | null>;
  /** False when there was no copy to serve the job with. */
  serveCopy(job: QueuedJob): Promise<boolean>;
  /** False when the lease was over: nothing is stored or paid. */
  complete(job: CompletedJob): Promise<boolean>;
  /** The first moment that was written down; null when the lease is over. */
  sessionReady(mark: AttemptMark & { jobId: JobId }): Promise<number | null>;
  /** The same; null too when the session was never ready. */
  sessionClosed(mark: AttemptMark): Promise<number | null>;
  /** False when the lease was over, or is another router's by now. */
  endAttempt(end: Omit<EndedAttempt, 'router'>): Promise<boolean>;
  failQueued(job: { jobId: JobId; failure: Failure }): Promise<boolean>;
  pastAttempt(attemptId: AttemptId, nodeId: NodeId): Promise<PastAttempt | null>;
  /** Takes over what routers that are gone have left; see `adoptJobs`. */
  adopt(before: number): Promise<LiveJob[]>;
  /** Takes over what a node brings with it; see `claimAttempts`. */
  claim(held: { nodeId: NodeId; attemptIds: readonly AttemptId[] }): Promise<LiveJob[]>;
  nodeOnline(hello: Hello): Promise<void>;
  nodeState(nodeId: NodeId, state: 'draining' | 'offline'): Promise<void>;
  nodesSeen(nodeIds: readonly NodeId[]): Promise<void>;
}

// One writer each: two batches would wait for each other on the balance of the same node.
const BATCH = { maxItems: 200, concurrency: 1, maxWaiting: 50_000 };

export function createDispatchStore(options: {
  sql: SqlClient;
  /** The process that these jobs are dispatched by. */
  router: RouterId;
  accounts: SystemAccounts;
  waiters: Waiters;
  copies: Copies;
  outputs: Pick<OutputStreams, 'end'>;
  calls: Pick<CallBook, 'end'>;
}): DispatchStore {
  const { sql, router, accounts, waiters, copies, outputs, calls } = options;
  const isOver = (jobId: JobId): void => {
    outputs.end(jobId);
    calls.end(jobId);
    waiters.notify(jobId);
  };
  const leases = createBatcher<NewLease, number | null>({
    ...BATCH,
    run: async (batch) => {
      const leased = await leaseJobs(sql, batch, router);
      return batch.map((lease) => leased.get(lease.attemptId) ?? null);
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
      const isEnded = await endAttempt(sql, accounts, { ...end, router });
      if (isEnded && end.failure) isOver(end.jobId);
      return isEnded;
    },
    async failQueued(job) {
      const isFailed = await failQueuedJob(sql, accounts, job);
      isOver(job.jobId);
      return isFailed;
    },
    pastAttempt: (attemptId, nodeId) => pastAttempt(sql, { attemptId, nodeId }),
    async adopt(before) {
      await markStrandedOffline(sql);
      return adoptJobs(sql, { router, before });
    },
    claim: (held) => claimAttempts(sql, { ...held, router }),
    nodeOnline: (hello) => saveNode(sql, hello, router),
    nodeState: (nodeId, state) => moveNode(sql, { nodeId, to: state, router }),
    nodesSeen: (nodeIds) => markNodesSeen(sql, nodeIds),
  };
}
