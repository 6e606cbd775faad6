import {
  type CallResult,
  canonicalJson,
  type JobMessage,
  LIMITS,
  type SessionCall,
  type SessionCallPayload,
  type SessionEnd,
  type SessionPayload,
  type SessionReady,
  type SessionRequest,
  sha256Hex,
  type Unordered,
} from '@watt/shared';
import type { Kernel, KernelEnd } from '../sandbox/session/kernel-task.ts';
import type { AttemptResult } from './attempt-result.ts';
import { type AnsweredCall, type CallLog, createCallLog } from './call-log.ts';
import { failedResult } from './failed-result.ts';
import { fitCallPayload } from './fit-call-payload.ts';

export interface LiveSessionOptions {
  job: Pick<JobMessage, 'attempt_id' | 'job_id'>;
  request: SessionRequest;
  kernel: Kernel;
  /** This node's key in base58. */
  node: string;
  /** Unix milliseconds. */
  clock: () => number;
  /** False when there is no router to send to. */
  send: (message: Unordered<SessionReady> | Unordered<CallResult>, body?: string) => boolean;
}

interface WaitingCall extends SessionCall {
  callId: string;
}

/** One session from its kernel's readiness to its end: runs calls in the order in which they came, each id once. */
export class LiveSession {
  readonly #options: LiveSessionOptions;
  readonly #log: CallLog = createCallLog();
  readonly #readyAt: number;
  readonly #expiry: NodeJS.Timeout;
  #waiting: WaitingCall[] = [];
  #running: string | null = null;
  #pumping: Promise<void> = Promise.resolve();
  #unsent: string[] = [];
  /** Why we ended it; null while we have not. */
  #ending: SessionEnd | null = null;

  constructor(options: LiveSessionOptions) {
    this.#options = options;
    this.#readyAt = options.clock();
    this.#expiry = setTimeout(() => this.end('expired'), options.request.session.minutes * 60_000);
    this.announce();
  }

  /** Answers that no router has been sent, as far as they are kept. */
  get unsent(): AnsweredCall[] {
    return this.#unsent.flatMap((callId) => this.#log.find(callId) ?? []);
  }

  /** Says to the router that the kernel is ready, and what it has not heard. To be called in each new connection. */
  announce(): void {
    const { job, send } = this.#options;
    send({ type: 'session_ready', attempt_id: job.attempt_id });
    const { unsent } = this;
    this.#unsent = [];
    for (const answered of unsent) this.#send(answered);
  }

  /** False when too many calls wait already, or when what this one was answered with is gone; the router may ask again. */
  call(callId: string, call: SessionCall): boolean {
    if (this.#log.has(callId)) {
      const answered = this.#log.find(callId);
      if (answered) this.#send(answered);
      return answered !== null;
    }
    if (this.#running === callId || this.#waiting.some((one) => one.callId === callId)) return true;
    if (this.#waiting.length >= LIMITS.sessionCallsWaiting) return false;
    this.#waiting.push({ callId, ...call });
    if (this.#running === null) this.#pumping = this.#pump();
    return true;
  }

  /** Stops what runs. Calls that wait are not answered: the session's result is. */
  end(how: SessionEnd): void {
    if (this.#ending !== null) return;
    this.#ending = how;
    void this.#options.kernel.stop();
  }

  /** Resolves with the session's result when it is over. */
  async over(): Promise<AttemptResult> {
    const ended = await this.#options.kernel.ended;
    clearTimeout(this.#expiry);
    this.#waiting = [];
    await this.#pumping;
    return this.#result(ended);
  }

  async #pump(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.#running = next.callId;
      await this.#run(next);
      this.#running = null;
      if (this.#log.isFull) this.end('calls_used_up');
      if (this.#ending !== null || !this.#options.kernel.isAlive) return;
    }
  }

  async #run({ callId, code, timeout }: WaitingCall): Promise<void> {
    const { job, kernel, node, clock } = this.#options;
    const startedAt = clock();
    const payload =
      Buffer.byteLength(code) > LIMITS.codeBytes ? tooLong() : await kernel.call({ code, timeout });
    const answered: AnsweredCall = {
      message: {
        type: 'call_result',
        ...{ node, attempt_id: job.attempt_id, job_id: job.job_id, call_id: callId },
        code_sha256: sha256Hex(code),
        started_at: startedAt,
        finished_at: Math.max(startedAt, clock()),
      },
      body: fitCallPayload(payload),
    };
    this.#log.add(answered);
    this.#send(answered);
  }

  #send(answered: AnsweredCall): void {
    if (!this.#options.send(answered.message, answered.body)) this.#unsent.push(answered.message.call_id);
  }

  #result(ended: KernelEnd): AttemptResult {
    if (ended.how === 'lost') {
      // Its variables are gone, so no other node could go on with it.
      return failedResult({ code: 'NODE_FAILED', message: ended.message, retryable: false });
    }
    const { request, clock } = this.#options;
    const payload: SessionPayload = {
      success: true,
      data: { ended: this.#howEnded(ended.how), calls: this.#log.transcript() },
      metadata: {
        language: request.language,
        alive_ms: Math.max(0, Math.round(clock() - this.#readyAt)),
        ...(ended.cpuMs !== null && { cpu_ms: ended.cpuMs }),
        memory_used_mb: ended.memoryMb,
      },
    };
    return { outcome: 'completed', retryable: false, payload: canonicalJson(payload), artifacts: [] };
  }

  #howEnded(how: Exclude<KernelEnd['how'], 'lost'>): SessionEnd {
    if (how === 'stopped') return this.#ending ?? 'closed';
    return how === 'exited' ? 'kernel_exited' : how === 'hung' ? 'kernel_hung' : 'out_of_memory';
  }
}

function tooLong(): SessionCallPayload {
  return {
    success: false,
    code: 'EXECUTION_ERROR',
    error: `The program has more than ${LIMITS.codeBytes} bytes.`,
    output: { stdout: '', stderr: '', value: null },
    metadata: { execution_ms: 0 },
  };
}
