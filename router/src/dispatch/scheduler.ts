import { createAttemptId, type NodeId } from '@watt/shared';
import type { Logger } from 'pino';
import type { NodeLink } from '../hub/hub-handlers.ts';
import {
  type Failure,
  type LiveJob,
  type OutputStreams,
  type QueuedJob,
  requirementOf,
  unservedMessage,
} from '../jobs/jobs.ts';
import { JobQueue, type WaitingJob } from './job-queue.ts';
import { lapseTime } from './lapse-time.ts';
import { type Lease, LeaseBook } from './lease-book.ts';
import { laneOf, NodePool } from './node-pool.ts';
import type { DispatchStore } from './store.ts';

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

/** How a lease ends without a charge. `final` keeps the job from another node. */
export interface LeaseEnd {
  state: 'failed' | 'refused' | 'lapsed';
  reason: string;
  failure?: Failure;
  final?: boolean;
}

const SETTLING_MS = 1000;
const SEEK_AGAIN_MS = 1000;

/** Matches waiting jobs with free nodes and follows each lease to its end. Memory proposes; the database decides. */
export class Scheduler {
  readonly pool: NodePool;
  readonly leases = new LeaseBook();
  readonly #queue = new JobQueue();
  readonly #options: SchedulerOptions;
  readonly #work = new Set<Promise<void>>();
  // Jobs whose next row is being written: neither waiting nor leased for a moment.
  readonly #moving = new Set<string>();
  #isStopped = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.pool = new NodePool(options.random);
  }

  get queued(): number {
    return this.#queue.size;
  }

  enqueue(jobs: readonly QueuedJob[]): void {
    for (const job of jobs) this.#enter(toWaiting(job));
  }

  /** Takes up jobs that the database has and memory has not. Returns the nodes that hold some of them. */
  adopt(jobs: readonly LiveJob[]): Set<NodeId> {
    const holders = new Set<NodeId>();
    for (const { attempt, ...job } of jobs) {
      const isKnown = this.#moving.has(job.id) || this.#queue.has(job.id) || this.leases.hasJob(job.id);
      if (isKnown) continue;
      const waiting = toWaiting(job);
      if (attempt) {
        waiting.tried.add(attempt.nodeId);
        const { id: attemptId, nodeId, deadline, readyAt, closedAt } = attempt;
        this.#book({ waiting, attemptId, nodeId, deadline }, { readyAt, endedAt: closedAt });
        this.pool.count(nodeId, laneOf(waiting.requirement), 1);
        holders.add(attempt.nodeId);
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
    this.pump();
  }

  /** Ends a lease: its job goes to another node, or fails when that would not help any more. */
  async end(lease: Lease, end: LeaseEnd): Promise<void> {
    if (lease.isSettling || !this.leases.remove(lease)) return;
    const { job, requirement } = lease.waiting;
    this.#moving.add(job.id);
    this.pool.count(lease.nodeId, laneOf(requirement), -1);
    if (end.state === 'lapsed') this.pool.get(lease.nodeId)?.link.cancel(lease.attemptId, end.reason);
    try {
      const failure = this.#failureFor(lease, end);
      const { attemptId } = lease;
      const { state, reason } = end;
      const isEnded = await this.#options.store.endAttempt({
        jobId: job.id,
        attemptId,
        state,
        reason,
        failure,
      });
      if (isEnded && !failure) this.#queue.push(lease.waiting);
    } finally {
      this.#moving.delete(job.id);
      this.pump();
    }
  }

  /** Takes a job out of the queue for good, and voids its hold. False when it is not in the queue. */
  async withdraw(jobId: string, failure: Failure): Promise<boolean> {
    const waiting = this.#queue.get(jobId);
    if (!waiting) return false;
    this.#queue.delete(waiting);
    await this.#options.store.failQueued({ jobId: waiting.job.id, failure });
    return true;
  }

  /** To be called when the times of a session have changed. */
  reschedule(lease: Lease): void {
    clearTimeout(lease.timer);
    if (this.leases.get(lease.attemptId) === lease) lease.timer = this.#timerOf(lease);
  }

  /** Fails jobs that waited too long for a node, and voids their holds. */
  failStale(): void {
    for (const waiting of this.#queue.olderThan(this.#options.clock() - this.#options.queueMs)) {
      this.#queue.delete(waiting);
      const message = this.pool.isServed(waiting.requirement)
        ? 'All nodes that can do this are busy'
        : unservedMessage(waiting.requirement);
      const jobId = waiting.job.id;
      this.track(this.#options.store.failQueued({ jobId, failure: { code: 'NO_NODE_AVAILABLE', message } }));
    }
  }

  /** Follows work that nobody waits for, so that a stop can; a failure is logged and mended by the next `adopt`. */
  track(work: Promise<unknown>): void {
    const tracked: Promise<void> = work.then(
      () => void this.#work.delete(tracked),
      (error: unknown) => {
        this.#work.delete(tracked);
        this.#options.logger.error({ err: error }, 'dispatch could not be written to the database');
      },
    );
    this.#work.add(tracked);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const lease of this.leases.all()) clearTimeout(lease.timer);
    await Promise.allSettled(this.#work);
  }

  #enter(waiting: WaitingJob): void {
    const { requirement } = waiting;
    if (requirement.service === 'scrape' && requirement.copies) this.track(this.#seekCopy(waiting));
    else this.#await(waiting);
  }

  /** A job that a copy may serve waits for a node when there is none. */
  async #seekCopy(waiting: WaitingJob): Promise<void> {
    const { id } = waiting.job;
    this.#moving.add(id);
    let isServed = false;
    try {
      isServed = await this.#serveCopy(waiting);
    } finally {
      this.#moving.delete(id);
    }
    if (!isServed) this.#await(waiting);
  }

  async #serveCopy(waiting: WaitingJob): Promise<boolean> {
    waiting.soughtAt = this.#options.clock();
    try {
      return await this.#options.store.serveCopy(waiting.job);
    } catch (error) {
      // Whether it was served is unknown now: `adopt` will find the job in the state it really has.
      throw new Error(`Job ${waiting.job.id} could not be served from a copy`, { cause: error });
    }
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
      this.track(this.#lease(head, node.link));
    }
  }

  async #lease(waiting: WaitingJob, link: NodeLink): Promise<void> {
    const { job, requirement } = waiting;
    const { nodeId } = link;
    const attemptId = createAttemptId();
    const deadline = Math.ceil(this.#options.clock() + requirement.timeoutMs + this.#options.leaseExtraMs);
    this.#moving.add(job.id);
    let isLeased = false;
    // While it waited, the same page may have come for somebody else.
    const mayBeServed =
      this.#options.clock() - (waiting.soughtAt ?? Number.POSITIVE_INFINITY) >= SEEK_AGAIN_MS;
    try {
      const isServed = mayBeServed && (await this.#serveCopy(waiting));
      isLeased =
        !isServed && (await this.#options.store.lease({ jobId: job.id, attemptId, nodeId, deadline }));
    } catch (error) {
      // Whether the row moved is unknown now: `adopt` will find the job in the state it really has.
      throw new Error(`The lease of job ${job.id} could not be written`, { cause: error });
    } finally {
      this.#moving.delete(job.id);
      if (!isLeased) {
        this.pool.count(nodeId, laneOf(requirement), -1);
        this.pump();
      }
    }
    if (!isLeased) return;
    job.attempts += 1;
    waiting.tried.add(nodeId);
    waiting.begunAt ??= this.#options.clock();
    const lease = this.#book({ waiting, attemptId, nodeId, deadline });
    const { service, request, requestSha256, nodeShare } = job;
    const isSent = link.sendJob({
      attemptId,
      jobId: job.id,
      service,
      request,
      requestSha256,
      deadline,
      nodeShare,
      ...(laneOf(requirement) === 'execute' && this.#options.outputs.isWatched(job.id) && { stream: true }),
    });
    if (!isSent) await this.end(lease, { state: 'lapsed', reason: 'the node could not be reached' });
  }

  #book(
    entry: Pick<Lease, 'waiting' | 'attemptId' | 'nodeId' | 'deadline'>,
    times: { readyAt: number | null; endedAt: number | null } = { readyAt: null, endedAt: null },
  ): Lease {
    const { sessionMinutes } = entry.waiting.job;
    const session = sessionMinutes === null ? null : { ...times, minutes: sessionMinutes, marking: null };
    const lease: Lease = { ...entry, session, timer: undefined, isSettling: false };
    this.leases.add(lease);
    this.reschedule(lease);
    return lease;
  }

  #timerOf(lease: Lease): NodeJS.Timeout {
    const lapse = (): void => {
      // Its result is being stored. Should that fail, the lease must still lapse.
      if (lease.isSettling) lease.timer = setTimeout(lapse, SETTLING_MS);
      else this.track(this.end(lease, { state: 'lapsed', reason: 'the deadline passed' }));
    };
    return setTimeout(lapse, Math.max(0, lapseTime(lease) - this.#options.clock()));
  }

  #failureFor(lease: Lease, end: LeaseEnd): Failure | null {
    const { attempts } = lease.waiting.job;
    // What a session had in its kernel no other node has.
    const isLost = lease.session !== null && lease.session.readyAt !== null;
    const isFinal = isLost || end.final === true || (end.state === 'failed' && this.#isSpent(lease));
    if (!isFinal && attempts < this.#options.maxAttempts) return null;
    const message = isLost
      ? `The session was lost: ${end.reason}`
      : `${attempts} attempts, the last ended so: ${end.reason}`;
    return end.failure ?? { code: 'NODE_FAILED', message };
  }

  /** A page has the time that its agent gave it once, not once on every node: with less than half of it left no other node begins. */
  #isSpent({ waiting: { requirement, begunAt } }: Lease): boolean {
    if (requirement.service !== 'scrape' || begunAt === undefined) return false;
    return this.#options.clock() - begunAt >= requirement.timeoutMs / 2;
  }
}

function toWaiting(job: QueuedJob): WaitingJob {
  return { job: { ...job }, requirement: requirementOf(job.service, job.request), tried: new Set() };
}
