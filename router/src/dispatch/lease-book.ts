import type { AttemptId, NodeId } from '@watt/shared';
import type { WaitingJob } from './job-queue.ts';

/** A live attempt, as memory has it; the database has the same. */
export interface Lease {
  attemptId: AttemptId;
  nodeId: NodeId;
  waiting: WaitingJob;
  /** Unix milliseconds. */
  deadline: number;
  timer: NodeJS.Timeout;
  /** Set while its result is being stored, so that nothing else ends it meanwhile. */
  isSettling: boolean;
}

/** The live attempts, by id and by node. */
export class LeaseBook {
  readonly #byId = new Map<string, Lease>();
  readonly #jobs = new Set<string>();
  readonly #byNode = new Map<NodeId, Set<Lease>>();

  get size(): number {
    return this.#byId.size;
  }

  hasJob(jobId: string): boolean {
    return this.#jobs.has(jobId);
  }

  add(lease: Lease): void {
    this.#jobs.add(lease.waiting.job.id);
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
    this.#jobs.delete(lease.waiting.job.id);
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
