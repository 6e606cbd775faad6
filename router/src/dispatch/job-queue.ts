import type { WaitingJob } from './waiting-job.ts';

/** Paid jobs in the order of their payment, one line for each requirement, so that a busy capability never holds up another. */
export class JobQueue {
  readonly #lines = new Map<string, Map<string, WaitingJob>>();
  readonly #byId = new Map<string, WaitingJob>();

  get size(): number {
    return this.#byId.size;
  }

  has(jobId: string): boolean {
    return this.#byId.has(jobId);
  }

  get(jobId: string): WaitingJob | undefined {
    return this.#byId.get(jobId);
  }

  push(waiting: WaitingJob): void {
    this.#byId.set(waiting.job.id, waiting);
    const line = this.#lines.get(waiting.requirement.key) ?? new Map<string, WaitingJob>();
    line.set(waiting.job.id, waiting);
    this.#lines.set(waiting.requirement.key, line);
  }

  delete(waiting: WaitingJob): void {
    this.#byId.delete(waiting.job.id);
    const line = this.#lines.get(waiting.requirement.key);
    line?.delete(waiting.job.id);
    if (line?.size === 0) this.#lines.delete(waiting.requirement.key);
  }

  /** The first of every line, those first who have waited longest: lines that share a node's slots take turns. */
  heads(): WaitingJob[] {
    const heads = [...this.#lines.values()].flatMap((line) => line.values().next().value ?? []);
    return heads.sort((one, other) => one.job.queuedAt - other.job.queuedAt);
  }

  /** The first of the line behind `waiting`. */
  head(key: string): WaitingJob | undefined {
    return this.#lines.get(key)?.values().next().value;
  }

  filter(test: (waiting: WaitingJob) => boolean): WaitingJob[] {
    return [...this.#lines.values()].flatMap((line) => [...line.values()].filter(test));
  }
}
