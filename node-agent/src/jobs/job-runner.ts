import { copyKey, type JobMessage, type Refuse, type ScrapeRequest } from '@watt/shared';
import type { NodeLogger } from '../connection/node-logger.ts';
import type { OutputRelays } from '../connection/output-relays.ts';
import type { OutputListener } from '../sandbox/execute-task.ts';
import type { RunningJob } from '../status/node-status.ts';
import type { AttemptResult } from './attempt-result.ts';
import { type CheckedRequest, checkRequest } from './check-request.ts';
import { executeResult } from './execute-result.ts';
import { failedResult } from './failed-result.ts';
import { scrapeResult } from './scrape-result.ts';
import type { SessionDesk } from './session-desk.ts';
import type { Workers } from './workers.ts';

export interface FinishedAttempt {
  job: JobMessage;
  result: AttemptResult;
  /** The key of copies of the result, where others may be given some; else null. */
  copyKey: string | null;
  startedAt: number;
  finishedAt: number;
}

export interface JobRunnerOptions {
  workers: Workers;
  /** Work ends this long before the lease, so that the word of it can still arrive. */
  marginMs: number;
  /** Unix milliseconds. */
  clock: () => number;
  logger: NodeLogger;
  /** Whether a result could still be kept. */
  canKeepResult: () => boolean;
  onFinished: (attempt: FinishedAttempt) => Promise<void>;
  /** Where the output of programs goes as it comes, where the router asked for it. */
  output: Pick<OutputRelays, 'open' | 'close'>;
  sessions: Pick<SessionDesk, 'run'>;
  onRefuse: (attemptId: string, reason: Refuse['reason'], message: string) => void;
  onChange: () => void;
}

type StopReason = 'deadline' | 'cancelled' | 'handed_back';

interface Running {
  job: JobMessage;
  /** What its slot is one of. */
  kind: CheckedRequest['service'];
  controller: AbortController;
  stopped: StopReason | null;
}

/** Runs jobs in the slots that this node declared. Every accepted job ends in a result, a refusal, or the router's cancellation. */
export class JobRunner {
  readonly #options: JobRunnerOptions;
  readonly #running = new Map<string, Running>();
  #isDraining = false;
  #onIdle: (() => void)[] = [];

  constructor(options: JobRunnerOptions) {
    this.#options = options;
  }

  /** Attempts that this node answers for: those that run, and are neither cancelled nor handed back. */
  get attempts(): string[] {
    return this.#held().map(({ job }) => job.attempt_id);
  }

  get jobs(): RunningJob[] {
    return this.#held().map(({ job: { job_id, service }, kind }) => ({
      ...{ job_id, service },
      ...(kind === 'session' && { session: true as const }),
    }));
  }

  has(attemptId: string): boolean {
    return this.#running.has(attemptId);
  }

  /** `clockOffsetMs`: the router's clock minus ours. Deadlines are in the router's time, whatever this machine's clock says. */
  accept(job: JobMessage, requestText: string, clockOffsetMs: number): void {
    if (this.#running.has(job.attempt_id)) return;
    const leftMs = job.deadline - (this.#options.clock() + clockOffsetMs);
    const checked = this.#check(job, requestText, leftMs);
    if ('refuse' in checked) {
      this.#options.logger.info(
        { job: job.job_id, reason: checked.refuse },
        `job refused: ${checked.message}`,
      );
      this.#options.onRefuse(job.attempt_id, checked.refuse, checked.message);
      return;
    }
    void this.#run(job, checked, leftMs);
  }

  /** The lease is over: the work stops and no word of it is sent. */
  cancel(attemptId: string, reason: string): void {
    const running = this.#running.get(attemptId);
    if (!running || running.stopped !== null) return;
    this.#options.logger.info({ job: running.job.job_id }, `job cancelled: ${reason}`);
    this.#stop(running, 'cancelled');
  }

  /** Takes nothing new. */
  drain(): void {
    this.#isDraining = true;
  }

  /** Stops what runs and gives it back to the router for another node. */
  handBack(): void {
    for (const running of this.#running.values()) {
      if (running.stopped !== null) continue;
      this.#stop(running, 'handed_back');
      this.#options.onRefuse(running.job.attempt_id, 'draining', 'the node is stopping');
    }
  }

  /** Resolves when nothing runs any more. */
  idle(): Promise<void> {
    if (this.#running.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  #held(): Running[] {
    return [...this.#running.values()].filter(({ stopped }) => stopped === null || stopped === 'deadline');
  }

  #check(job: JobMessage, requestText: string, leftMs: number) {
    const { workers, canKeepResult, marginMs } = this.#options;
    if (this.#isDraining) return refusal('draining', 'the node is stopping');
    if (leftMs <= marginMs) return refusal('deadline', 'the deadline has passed on the way');
    const checked = checkRequest(job, requestText, workers.capabilities);
    if ('refuse' in checked) return checked;
    const kind = checked.service;
    const { execute } = workers.capabilities;
    const slots = (kind === 'session' ? execute?.sessions : workers.capabilities[kind])?.slots ?? 0;
    let taken = 0;
    for (const running of this.#running.values()) if (running.kind === kind) taken += 1;
    if (taken >= slots) return refusal('busy', `all ${slots} slots are taken`);
    return canKeepResult() ? checked : refusal('busy', 'too many results wait for their acknowledgement');
  }

  async #run(job: JobMessage, checked: CheckedRequest, leftMs: number): Promise<void> {
    const { clock, marginMs, onFinished, onChange, output, logger } = this.#options;
    const controller = new AbortController();
    const running: Running = { job, kind: checked.service, controller, stopped: null };
    this.#running.set(job.attempt_id, running);
    onChange();
    const startedAt = clock();
    const timer = setTimeout(() => this.#stop(running, 'deadline'), leftMs - marginMs);
    try {
      const result = await this.#work(job, checked, running.controller.signal);
      clearTimeout(timer);
      // Their leases are over, so nobody waits for a result.
      if (running.stopped === 'cancelled' || running.stopped === 'handed_back') return;
      output.close(job.attempt_id, 'end');
      await onFinished({ job, result, copyKey: copyKeyOf(checked, result), startedAt, finishedAt: clock() });
    } catch (error) {
      logger.error({ err: error, job: job.job_id }, 'the result could not be kept');
    } finally {
      clearTimeout(timer);
      output.close(job.attempt_id, 'stop');
      this.#running.delete(job.attempt_id);
      onChange();
      if (this.#running.size === 0) for (const resolve of this.#onIdle.splice(0)) resolve();
    }
  }

  async #work(job: JobMessage, checked: CheckedRequest, signal: AbortSignal): Promise<AttemptResult> {
    const { workers, logger } = this.#options;
    try {
      if (checked.service === 'scrape' && workers.scrape) {
        return scrapeResult(await workers.scrape(inTimeLeft(checked.request, job), signal));
      }
      if (checked.service === 'execute' && workers.execute) {
        const task = { job_id: job.job_id, ...checked.request };
        return executeResult(await workers.execute(task, signal, this.#listener(job)));
      }
      if (checked.service === 'session' && workers.startKernel) {
        const { request } = checked;
        return await this.#options.sessions.run(workers.startKernel, { job, request, signal });
      }
      throw new Error(`${checked.service} is declared but nothing does it`);
    } catch (error) {
      logger.error({ err: error, job: job.job_id }, 'the work failed by a fault of this node');
      return failedResult({ code: 'NODE_FAILED', message: 'The node failed.', retryable: true });
    }
  }

  #listener({ stream, attempt_id }: JobMessage): OutputListener | undefined {
    if (stream !== true) return undefined;
    const relay = this.#options.output.open(attempt_id);
    return (name, bytes, offset) => relay.push(name, bytes, offset);
  }

  #stop(running: Running, reason: StopReason): void {
    running.stopped ??= reason;
    running.controller.abort(new Error(reason));
  }
}

/** The whole page has the time that its agent gave it, however many nodes try. */
function inTimeLeft(request: ScrapeRequest, { time_left_ms }: JobMessage): ScrapeRequest {
  if (time_left_ms === undefined) return request;
  const timeout = Math.min(request.options.timeout, time_left_ms / 1000);
  return { ...request, options: { ...request.options, timeout } };
}

function copyKeyOf(checked: CheckedRequest, { outcome }: AttemptResult): string | null {
  if (checked.service !== 'scrape' || outcome !== 'completed') return null;
  return checked.request.options.max_age === undefined ? null : copyKey(checked.request);
}

function refusal(refuse: Refuse['reason'], message: string) {
  return { refuse, message };
}
