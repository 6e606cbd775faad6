import type { AttemptId, NodeId } from '@watt/shared';
import type { WaitingJob } from './job-queue.ts';

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
  timer: NodeJS.Timeout | undefined;
  session: SessionTimes | null;
  /** Set while its result is being stored, so that nothing else ends it meanwhile. */
  isSettling: boolean;
}

/** The live attempts, by id and by node. */
export class LeaseBook {
  readonly #byId = new Map<string, Lease>();
  readonly #byJob = new Map<string, Lease>();
  readonly #byNode = new Map<NodeId, Set<Lease>>();

  get size(): number {
    return this.#byId.size;
  }

  hasJob(jobId: string): boolean {
    return this.#byJob.has(jobId);
  }

  ofJob(jobId: string): Lease | undefined {
    return this.#byJob.get(jobId);
  }

  add(lease: Lease): void {
    this.#byJob.set(lease.waiting.job.id, lease);
    this.#byId.set(lease.attemptId, lease);
    const leases = this.#byNode.get(lease.nodeId) ?? new Set();
    leases.add(lease);
    this.#byNode.set(lease.nodeId, leases);
  }

  get(attemptId: string): Lease | undefined {
    return this.#byId.get(attemptId);
  }

  /** Takes a lease out and stops its timer. False when it was not there. */
  remove(lease: Lease): boolean {
    if (!this.#byId.delete(lease.attemptId)) return false;
    clearTimeout(lease.timer);
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
}
