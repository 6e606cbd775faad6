import {
  type Call,
  type CloseSession,
  type JobMessage,
  parseJson,
  SessionCallSchema,
  type SessionRequest,
} from '@watt/shared';
import { Compile } from 'typebox/compile';
import type { NodeLogger } from '../connection/node-logger.ts';
import type { RouterSession } from '../connection/router-session.ts';
import type { StartKernel } from '../sandbox/session/kernel-task.ts';
import type { AttemptResult } from './attempt-result.ts';
import type { AnsweredCall } from './call-log.ts';
import { failedResult } from './failed-result.ts';
import { LiveSession } from './live-session.ts';

const callCheck = Compile(SessionCallSchema);

export interface SessionDeskOptions {
  /** This node's key in base58. */
  node: string;
  /** Unix milliseconds. */
  clock: () => number;
  logger: NodeLogger;
}

/** The sessions that live here, and the way of their calls to and from whichever router connection there is. */
export class SessionDesk {
  readonly #options: SessionDeskOptions;
  readonly #live = new Map<string, LiveSession>();
  /** Of sessions that ended while there was no connection. */
  #unsent: AnsweredCall[] = [];
  #link: Pick<RouterSession, 'send'> | null = null;

  constructor(options: SessionDeskOptions) {
    this.#options = options;
  }

  /** To be called before results are sent: an answer counts only while its session has none. */
  attach(link: Pick<RouterSession, 'send'>): void {
    this.#link = link;
    for (const { message, body } of this.#unsent.splice(0)) link.send(message, body);
    for (const session of this.#live.values()) session.announce();
  }

  detach(): void {
    this.#link = null;
  }

  /** Lives through one session, to its end or until the signal aborts. */
  async run(
    startKernel: StartKernel,
    { job, request, signal }: { job: JobMessage; request: SessionRequest; signal: AbortSignal },
  ): Promise<AttemptResult> {
    const { node, clock } = this.#options;
    const { language, memory_mb, session } = request;
    const task = { job_id: job.job_id, language, memory_mb, minutes: session.minutes };
    const kernel = await startKernel(task, signal);
    if ('kind' in kernel) {
      return failedResult({ code: 'NODE_FAILED', message: kernel.message, retryable: kernel.retryable });
    }
    const live = new LiveSession({
      ...{ job, request, kernel, node, clock },
      send: (message, body) => this.#link?.send(message, body ?? null) ?? false,
    });
    this.#live.set(job.attempt_id, live);
    const onAbort = () => live.end('expired');
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      return await live.over();
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#live.delete(job.attempt_id);
      if (!signal.aborted) this.#unsent.push(...live.unsent);
    }
  }

  /** A call of a session that has ended gets no answer: its result has been sent, or is about to be. */
  onCall({ attempt_id, call_id }: Pick<Call, 'attempt_id' | 'call_id'>, text: string): void {
    const { logger } = this.#options;
    const call = parseJson(text);
    if (!callCheck.Check(call))
      logger.warn({ attempt: attempt_id }, 'a call that cannot be read is left out');
    else if (this.#live.get(attempt_id)?.call(call_id, call) === false) {
      logger.warn({ attempt: attempt_id, call: call_id }, 'a call too many, or one whose answer is gone');
    }
  }

  onClose({ attempt_id }: Pick<CloseSession, 'attempt_id'>): void {
    this.#live.get(attempt_id)?.end('closed');
  }
}
