import type { Ack } from '@watt/shared';
import type { NodeLogger } from '../connection/node-logger.ts';
import type { NodeState, NodeStatus, RunningJob } from './node-status.ts';
import { writeStatus } from './status-file.ts';

const WRITE_MS = 500;
const REFRESH_MS = 30_000;

export interface StatusKeeperOptions {
  path: string;
  clock: () => number;
  logger: NodeLogger;
  /** Read at every write. */
  work: () => { running: RunningJob[]; unacknowledged: number };
}

/** Keeps the node's account of itself, and writes it to its file soon after each change. */
export class StatusKeeper {
  readonly #options: StatusKeeperOptions;
  #status: NodeStatus;
  #soon: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  readonly #refresh: NodeJS.Timeout;

  constructor(first: NodeStatus, options: StatusKeeperOptions) {
    this.#options = options;
    this.#status = first;
    this.#refresh = setInterval(() => this.changed(), REFRESH_MS);
    void this.#write();
  }

  get status(): NodeStatus {
    return { ...this.#status, ...this.#options.work(), updated_at: this.#now() };
  }

  changed(): void {
    this.#soon ??= setTimeout(() => void this.#write(), WRITE_MS);
  }

  enter(state: NodeState): void {
    if (this.#status.state === state) return;
    this.#update({
      state,
      since: this.#now(),
      ...(state === 'connected' && { last_error: null, retry_at: null }),
    });
  }

  failed(code: string, message: string, retryMs: number): void {
    const retry_at = new Date(this.#options.clock() + retryMs).toISOString();
    this.#update({ last_error: { at: this.#now(), code, message }, retry_at });
  }

  finished(outcome: 'completed' | 'failed'): void {
    const { done, failed, refused } = this.#status.jobs;
    const jobs =
      outcome === 'completed' ? { done: done + 1, failed, refused } : { done, failed: failed + 1, refused };
    this.#update({ jobs, last_job_at: this.#now() });
  }

  refused(): void {
    const { jobs } = this.#status;
    this.#update({ jobs: { ...jobs, refused: jobs.refused + 1 } });
  }

  acknowledged({ verdict, earned, message }: Pick<Ack, 'verdict' | 'earned' | 'message'>): void {
    const { verdicts, earned: before } = this.#status;
    const day = this.#now().slice(0, 10);
    const today = before.day === day ? BigInt(before.today_base) : 0n;
    const gain = BigInt(earned);
    this.#update({
      verdicts: { ...verdicts, [verdict]: verdicts[verdict] + 1 },
      earned: {
        total_base: `${BigInt(before.total_base) + gain}`,
        today_base: `${today + gain}`,
        day,
      },
      ...(verdict !== 'paid' && { last_unpaid: { at: this.#now(), verdict, message } }),
    });
  }

  /** The last write; nothing is written afterwards. */
  async close(): Promise<void> {
    clearInterval(this.#refresh);
    if (this.#soon) clearTimeout(this.#soon);
    await this.#write();
  }

  #update(change: Partial<NodeStatus>): void {
    this.#status = { ...this.#status, ...change };
    this.changed();
  }

  #write(): Promise<void> {
    this.#soon = null;
    const { path, logger } = this.#options;
    this.#writing = this.#writing
      .then(() => writeStatus(path, this.status))
      .catch((error: unknown) => logger.warn({ err: error }, 'status.json could not be written'));
    return this.#writing;
  }

  #now(): string {
    return new Date(this.#options.clock()).toISOString();
  }
}
