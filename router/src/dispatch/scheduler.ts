import { createAttemptId, type NodeId } from '@watt/shared';
import type { Logger } from 'pino';
import type { NodeLink } from '../hub/hub-handlers.ts';
import {
  type Failure,
  type LiveJob,
  type OutputStreams,
  type QueuedJob,
  unservedMessage,
} from '../jobs/jobs.ts';
import { type BackgroundWork, createBackgroundWork } from './background-work.ts';
import { type CopySeeker, createCopySeeker } from './copy-seeker.ts';
import { JobQueue } from './job-queue.ts';
import { type Lease, LeaseBook } from './lease-book.ts';
import { failureOf, type LeaseEnd } from './lease-end.ts';
import { laneOf, NodePool } from './node-pool.ts';
import type { DispatchStore } from './store.ts';
import { isSpent, timeLeftMs } from './time-left.ts';
import { Visits } from './visits.ts';
import { toWaiting, type WaitingJob } from './waiting-job.ts';

export interface SchedulerOptions {
  store: DispatchStore;
  /** Who watches which job's output. */
  outputs: Pick<OutputStreams, 'isWatched' | 'publish'>;
  /** How long a paid job may wait for a node. */
  queueMs: number;
  /** Time on top of a job's own timeout before its lease lapses. */
  leaseExtraMs: number;
  maxAttempts: number;
  clock: () => number;
  /** From 0 up to, not including, 1. */
  random: () => number;
  logger: Logger;
}

/** Matches waiting jobs with free nodes and follows each lease to its end. Memory proposes; the database decides. */
export class Scheduler {
  readonly pool: NodePool;
  readonly leases: LeaseBook;
  readonly work: BackgroundWork;
  readonly #visits: Visits;
  readonly #copies: CopySeeker;
  readonly #queue = new JobQueue();
  readonly #options: SchedulerOptions;
  // Jobs whose next row is being written: neither waiting nor leased for a moment.
  readonly #moving = new Set<string>();
  #isStopped = false;

  constructor(options: SchedulerOptions) {
    const { clock, logger } = options;
    this.#options = options;
    this.pool = new NodePool(options.random);
    this.work = createBackgroundWork(logger);
    this.#visits = new Visits(options);
    this.#copies = createCopySeeker({ ...options, visits: this.#visits });
    const onLapse = (lease: Lease): void =>
      this.work.track(this.end(lease, { state: 'lapsed', reason: 'the deadline passed' }));
    this.leases = new LeaseBook({ clock, onLapse });
  }

  get queued(): number {
    return this.#queue.size + this.#visits.waiting;
  }

  enqueue(jobs: readonly QueuedJob[]): void {
    for (const job of jobs) this.#enter(toWaiting(job));
  }

  /** Takes up jobs that the database has and memory has not. Returns the nodes that hold some of them. */
  adopt(jobs: readonly LiveJob[]): Set<NodeId> {
    const holders = new Set<NodeId>();
    for (const { attempt, ...job } of jobs) {
      if (this.#isKnown(job.id)) continue;
      const waiting = toWaiting(job);
      if (attempt) {
        const { id: attemptId, nodeId, deadline, readyAt, closedAt } = attempt;
        waiting.tried.add(nodeId);
        this.leases.add({ waiting, attemptId, nodeId, deadline }, { readyAt, endedAt: closedAt });
        this.#visits.begin(waiting);
        this.pool.count(nodeId, laneOf(waiting.requirement), 1);
        holders.add(nodeId);
      } else this.#enter(waiting);
    }
    this.pump();
    return holders;
  }

  pump(): void {
    for (const head of this.#queue.heads()) this.#pumpLine(head.requirement.key);
  }

  /** Takes a lease off the books once its result is stored, and gives its slot to the next job. */
  release(lease: Lease): void {
    if (!this.leases.remove(lease)) return;
    this.pool.count(lease.nodeId, laneOf(lease.waiting.requirement), -1);
    this.#endVisit(lease.waiting);
    this.pump();
  }

  /** Ends a lease: its job goes to another node, or fails when that would not help any more. */
  async end(lease: Lease, end: LeaseEnd): Promise<void> {
    if (lease.isSettling || !this.leases.remove(lease)) return;
    const { attemptId, nodeId, waiting } = lease;
    const { job, requirement } = waiting;
    const { state, reason } = end;
    this.#moving.add(job.id);
    this.pool.count(nodeId, laneOf(requirement), -1);
    this.#endVisit(waiting);
    if (state === 'lapsed') this.pool.get(nodeId)?.link.cancel(attemptId, reason);
    try {
      const { maxAttempts, clock, store } = this.#options;
      const failure = failureOf(lease, end, { maxAttempts, now: clock() });
      const isEnded = await store.endAttempt({ jobId: job.id, attemptId, state, reason, failure });
      if (!isEnded || failure) return;
      // What a vanished node did with a page's time nobody knows.
      if (state === 'lapsed') delete waiting.begunAt;
      if (end.failure) waiting.failure = end.failure;
      this.#queue.push(waiting);
    } finally {
      this.#moving.delete(job.id);
      this.pump();
    }
  }

  /** Takes a job out of the queue for good, and voids its hold. False when it is not in the queue. */
  async withdraw(jobId: string, failure: Failure): Promise<boolean> {
    const waiting = this.#queue.get(jobId);
    if (!waiting) return false;
    await this.#fail(waiting, failure);
    return true;
  }

  /** Fails jobs that waited too long for a node, or for another one until their page's time was spent, and voids their holds. */
  failStale(): void {
    const now = this.#options.clock();
    const isStale = (waiting: WaitingJob): boolean =>
      waiting.job.queuedAt < now - this.#options.queueMs ||
      (waiting.failure !== undefined && isSpent(waiting, now));
    for (const waiting of this.#queue.filter(isStale)) {
      const failure = waiting.failure ?? { code: 'NO_NODE_AVAILABLE', message: this.#whyUnserved(waiting) };
      this.work.track(this.#fail(waiting, failure));
    }
  }

  /** Sends jobs to nodes that have stood behind another's visit for too long. */
  sendOn(): void {
    for (const waiting of this.#visits.takeImpatient()) this.#enter(waiting);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.leases.stop();
    await this.work.settled();
  }

  #isKnown(jobId: string): boolean {
    const isWaiting = this.#queue.has(jobId) || this.#visits.has(jobId);
    return isWaiting || this.#moving.has(jobId) || this.leases.hasJob(jobId);
  }

  async #fail(waiting: WaitingJob, failure: Failure): Promise<void> {
    this.#queue.delete(waiting);
    this.#endVisit(waiting);
    await this.#options.store.failQueued({ jobId: waiting.job.id, failure });
  }

  #whyUnserved({ requirement }: WaitingJob): string {
    const isServed = this.pool.isServed(requirement);
    return isServed ? 'All nodes that can do this are busy' : unservedMessage(requirement);
  }

  #enter(waiting: WaitingJob): void {
    if (waiting.copies) this.work.track(this.#seekCopy(waiting));
    else this.#await(waiting);
  }

  /** A job that no copy serves waits for a node, or behind another that wants the same. */
  async #seekCopy(waiting: WaitingJob): Promise<void> {
    const { id } = waiting.job;
    this.#moving.add(id);
    let isServed = false;
    try {
      isServed = await this.#copies.seek(waiting);
    } finally {
      this.#moving.delete(id);
    }
    if (!isServed && !this.#visits.join(waiting)) this.#await(waiting);
  }

  /** The job is not on its way to a node any more: who stood behind it goes on, with what it has brought or without. */
  #endVisit(waiting: WaitingJob): void {
    for (const follower of this.#visits.end(waiting)) this.#enter(follower);
  }

  #await(waiting: WaitingJob): void {
    this.#queue.push(waiting);
    this.#pumpLine(waiting.requirement.key);
  }

  #pumpLine(key: string): void {
    for (let head = this.#queue.head(key); head && !this.#isStopped; head = this.#queue.head(key)) {
      const node = this.pool.choose(head.requirement, head.tried);
      if (!node) return;
      this.#queue.delete(head);
      this.pool.count(node.link.nodeId, laneOf(head.requirement), 1);
      this.work.track(this.#lease(head, node.link));
    }
  }

  async #lease(waiting: WaitingJob, link: NodeLink): Promise<void> {
    const { job, requirement } = waiting;
    const { nodeId } = link;
    const attemptId = createAttemptId();
    const now = this.#options.clock();
    const leftMs = timeLeftMs(waiting, now);
    const deadline = Math.ceil(now + leftMs + this.#options.leaseExtraMs);
    this.#moving.add(job.id);
    let attempts: number | null = null;
    try {
      const isServed = this.#copies.isDueAgain(waiting) && (await this.#copies.seek(waiting));
      if (!isServed) {
        attempts = await this.#options.store.lease({ jobId: job.id, attemptId, nodeId, deadline });
      }
    } catch (error) {
      // Whether the row moved is unknown now: `adopt` will find the job in the state it really has.
      throw new Error(`The lease of job ${job.id} could not be written`, { cause: error });
    } finally {
      this.#moving.delete(job.id);
      if (attempts === null) {
        this.pool.count(nodeId, laneOf(requirement), -1);
        this.#endVisit(waiting);
        this.pump();
      }
    }
    if (attempts === null) return;
    this.#visits.begin(waiting);
    job.attempts = attempts;
    waiting.tried.add(nodeId);
    waiting.begunAt ??= this.#options.clock();
    await this.#send(this.leases.add({ waiting, attemptId, nodeId, deadline }), { link, leftMs });
  }

  async #send(lease: Lease, { link, leftMs }: { link: NodeLink; leftMs: number }): Promise<void> {
    const { attemptId, deadline, waiting } = lease;
    const { job, requirement } = waiting;
    const { id: jobId, service, request, requestSha256, nodeShare } = job;
    const isWatched = laneOf(requirement) === 'execute' && this.#options.outputs.isWatched(jobId);
    const isSent = link.sendJob({
      ...{ attemptId, jobId, service, request, requestSha256, deadline, nodeShare },
      ...(leftMs < requirement.timeoutMs && { timeLeftMs: leftMs }),
      ...(isWatched && { stream: true }),
    });
    if (!isSent) await this.end(lease, { state: 'lapsed', reason: 'the node could not be reached' });
  }
}
