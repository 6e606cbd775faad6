import type { AttemptId, NodeId } from '@watt/shared';
import { lapseTime } from './lapse-time.ts';
import type { WaitingJob } from './waiting-job.ts';

/** What the end and the charge of a session are counted by. Times in Unix milliseconds, by this router's clock. */
export interface SessionTimes {
  minutes: number;
  /** When its kernel was ready; null before. */
  readyAt: number | null;
  /** From when on nothing is charged: its agent was done with it, or it ended. */
  endedAt: number | null;
  /** While its readiness is being written down. */
  marking: Promise<void> | null;
}

/** A live attempt, as memory has it; the database has the same. */
export interface Lease {
  attemptId: AttemptId;
  nodeId: NodeId;
  waiting: WaitingJob;
  /** Unix milliseconds. */
  deadline: number;
  session: SessionTimes | null;
  /** Set while its result is being stored, so that nothing else ends it meanwhile. */
  isSettling: boolean;
}

export interface LeaseBookOptions {
  clock: () => number;
  /** A lease's time is over; it is still in the book. */
  onLapse(lease: Lease): void;
}

const SETTLING_MS = 1000;

/** The live attempts, by id, job and node, each with the timer by which it lapses. */
export class LeaseBook {
  readonly #options: LeaseBookOptions;
  readonly #byId = new Map<string, Lease>();
  readonly #byJob = new Map<string, Lease>();
  readonly #byNode = new Map<NodeId, Set<Lease>>();
  readonly #timers = new Map<Lease, NodeJS.Timeout>();
  #isStopped = false;

  constructor(options: LeaseBookOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#byId.size;
  }

  hasJob(jobId: string): boolean {
    return this.#byJob.has(jobId);
  }

  ofJob(jobId: string): Lease | undefined {
    return this.#byJob.get(jobId);
  }

  /** Books an attempt that the database has; for a session with the times that are on record. */
  add(
    entry: Pick<Lease, 'waiting' | 'attemptId' | 'nodeId' | 'deadline'>,
    times: { readyAt: number | null; endedAt: number | null } = { readyAt: null, endedAt: null },
  ): Lease {
    const { sessionMinutes } = entry.waiting.job;
    const session = sessionMinutes === null ? null : { ...times, minutes: sessionMinutes, marking: null };
    const lease: Lease = { ...entry, session, isSettling: false };
    this.#byJob.set(lease.waiting.job.id, lease);
    this.#byId.set(lease.attemptId, lease);
    const leases = this.#byNode.get(lease.nodeId) ?? new Set();
    leases.add(lease);
    this.#byNode.set(lease.nodeId, leases);
    this.reschedule(lease);
    return lease;
  }

  get(attemptId: string): Lease | undefined {
    return this.#byId.get(attemptId);
  }

  /** To be called when the times of a session have changed. */
  reschedule(lease: Lease): void {
    if (this.#byId.get(lease.attemptId) !== lease) return;
    const lapse = (): void => {
      // Its result is being stored. Should that fail, the lease must still lapse.
      if (lease.isSettling) this.#setTimer(lease, lapse, SETTLING_MS);
      else this.#options.onLapse(lease);
    };
    this.#setTimer(lease, lapse, Math.max(0, lapseTime(lease) - this.#options.clock()));
  }

  /** Takes a lease out and stops its timer. False when it was not there. */
  remove(lease: Lease): boolean {
    if (!this.#byId.delete(lease.attemptId)) return false;
    clearTimeout(this.#timers.get(lease));
    this.#timers.delete(lease);
    this.#byJob.delete(lease.waiting.job.id);
    const leases = this.#byNode.get(lease.nodeId);
    leases?.delete(lease);
    if (leases?.size === 0) this.#byNode.delete(lease.nodeId);
    return true;
  }

  ofNode(nodeId: NodeId): Lease[] {
    return [...(this.#byNode.get(nodeId) ?? [])];
  }

  all(): Lease[] {
    return [...this.#byId.values()];
  }

  /** From here on nothing lapses. */
  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #setTimer(lease: Lease, then: () => void, ms: number): void {
    clearTimeout(this.#timers.get(lease));
    if (!this.#isStopped) this.#timers.set(lease, setTimeout(then, ms));
  }
}
