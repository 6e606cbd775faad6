import type { WaitingJob } from './waiting-job.ts';

interface Visit {
  first: WaitingJob;
  /** Who stands behind it, each with when it goes on by itself (Unix milliseconds). */
  behind: Map<WaitingJob, number>;
  /** Whether a node has it. */
  isBegun: boolean;
}

/**
 * Of the jobs that share one page at a time the first goes to a node, and the others stand behind it: what it brings serves them as a copy. They
 * go on when its lease is over, however it ended, and before that when they have waited for half of the time that they still had.
 */
export class Visits {
  readonly #byPage = new Map<string, Visit>();
  readonly #behind = new Set<string>();
  readonly #options: { clock: () => number; queueMs: number };

  constructor(options: { clock: () => number; queueMs: number }) {
    this.#options = options;
  }

  /** How many stand behind others. */
  get waiting(): number {
    return this.#behind.size;
  }

  /** Whether the job stands behind another. */
  has(jobId: string): boolean {
    return this.#behind.has(jobId);
  }

  /** Whose visit to the job's page is under way. */
  firstOf({ copies }: WaitingJob): WaitingJob | null {
    return (copies && this.#byPage.get(copies.key)?.first) ?? null;
  }

  /** True when the job stands behind another now; else it goes its own way, and where nobody else does so it is the first. */
  join(waiting: WaitingJob): boolean {
    const { copies } = waiting;
    if (!copies) return false;
    const visit = this.#byPage.get(copies.key);
    if (!visit) this.#open(copies.key, waiting);
    // Who waited once for nothing does not wait again, or a page that nobody gets would be tried by one after the other.
    if (!visit || visit.first === waiting || copies.maxAgeSeconds === 0 || copies.hasFollowed) return false;
    copies.hasFollowed = true;
    visit.behind.set(waiting, visit.isBegun ? this.#patienceOf(waiting) : Number.POSITIVE_INFINITY);
    this.#behind.add(waiting.job.id);
    return true;
  }

  /** A node has the job. */
  begin(waiting: WaitingJob): void {
    const { copies } = waiting;
    if (!copies) return;
    const visit = this.#byPage.get(copies.key) ?? this.#open(copies.key, waiting);
    if (visit.first !== waiting) return;
    visit.isBegun = true;
    for (const follower of visit.behind.keys()) visit.behind.set(follower, this.#patienceOf(follower));
  }

  /** The job's lease is over, or it gets none. Returns those who stood behind it. */
  end(waiting: WaitingJob): WaitingJob[] {
    const { copies } = waiting;
    const visit = copies && this.#byPage.get(copies.key);
    if (!copies || visit?.first !== waiting) return [];
    this.#byPage.delete(copies.key);
    const followers = [...visit.behind.keys()];
    for (const { job } of followers) this.#behind.delete(job.id);
    return followers;
  }

  /** Takes out those who have stood behind another for long enough. */
  takeImpatient(): WaitingJob[] {
    const now = this.#options.clock();
    const impatient: WaitingJob[] = [];
    for (const { behind } of this.#byPage.values()) {
      for (const [follower, until] of behind) {
        if (until > now) continue;
        behind.delete(follower);
        this.#behind.delete(follower.job.id);
        impatient.push(follower);
      }
    }
    return impatient;
  }

  #open(page: string, first: WaitingJob): Visit {
    const visit: Visit = { first, behind: new Map(), isBegun: false };
    this.#byPage.set(page, visit);
    return visit;
  }

  /** Until when a job waits for a visit that has begun: its page's time, and that for a node, are left by half. */
  #patienceOf({ job, requirement }: WaitingJob): number {
    const now = this.#options.clock();
    return now + Math.max(0, Math.min(requirement.timeoutMs, job.queuedAt + this.#options.queueMs - now)) / 2;
  }
}
