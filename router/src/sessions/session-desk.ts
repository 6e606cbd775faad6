import {
  AppError,
  createJobId,
  isErrorCode,
  type JobId,
  LIMITS,
  parseJobId,
  type SessionCallBody,
  SessionCallBodySchema,
  type SessionCallView,
  type SessionView,
} from '@watt/shared';
import type { SqlClient } from '../db/connect.ts';
import {
  type Answer,
  createValidator,
  fieldError,
  type Intake,
  RETRY_AFTER_SECONDS,
  type Submission,
} from '../intake/intake.ts';
import { expireUnpaidJob, type JobReader, type Waiters } from '../jobs/jobs.ts';
import type { CallBook, CallOutcome } from './call-book.ts';
import { isPublicId, loadSession, type SessionRecord } from './load-session.ts';
import { sessionUrl, sessionView, stateOf } from './session-view.ts';

export interface SessionsOptions {
  sql: SqlClient;
  intake: Pick<Intake, 'pay'>;
  jobs: JobReader;
  waiters: Waiters;
  calls: CallBook;
  leases: {
    /** Whether a session takes calls here, as memory has it. */
    isReady(jobId: string): boolean;
    /** Sees to it that a session ends; false when this router has it not, or while it is just moving. */
    closeSession(jobId: string): Promise<boolean>;
  };
  clock: () => number;
  /** How long a call may wait for an answer. */
  limits: { waitMs: number };
}

export interface Wait {
  isAsync: boolean;
  signal: AbortSignal;
}

const POLL_MS = 1000;
const COMING: readonly string[] = ['queued', 'starting'];
const OVER: readonly string[] = ['ended', 'failed', 'expired'];
const validateCall = createValidator<SessionCallBody>(SessionCallBodySchema);

/** What agents do with sessions. Its id is what opens one: whoever knows it may call, look and close. */
export class Sessions {
  readonly #options: SessionsOptions;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** Buys a session like a job and waits until it is ready. Throws what a job throws, or why it could not begin. */
  async open(submission: Omit<Submission, 'service'>): Promise<Answer> {
    await this.#refusePublicId(submission.body);
    const id = await this.#options.intake.pay({ ...submission, service: 'session' });
    const session = await this.#waitWhile(id, COMING, submission);
    const view = this.#viewOf(session);
    if (view.state === 'failed') throw failureOf(view);
    return COMING.includes(view.state) ? accepted(view) : { status: 200, body: { ...view } };
  }

  async view(text: string): Promise<SessionView> {
    return this.#viewOf(await this.#load(text));
  }

  /** Runs a program in the session's kernel. Throws SESSION_ENDED, SESSION_NOT_READY, SESSION_BUSY, CALL_ID_CONFLICT and UNAVAILABLE. */
  async call(text: string, body: unknown, { isAsync, signal }: Wait): Promise<Answer> {
    const id = requireId(text);
    const {
      call_id: callId = createJobId(),
      code,
      timeout = LIMITS.sessionCallSecondsDefault,
    } = readCall(body);
    // What memory knows needs no look into the database.
    if (!this.#options.leases.isReady(id)) this.#requireReady(await this.#load(id));
    const waitMs = isAsync ? 0 : this.#options.limits.waitMs;
    const outcome = await this.#options.calls.call(id, { callId, code, timeout }, { waitMs, signal });
    return this.#answerOf({ id, callId }, outcome);
  }

  /** Ends a session and waits for what it comes to. Doing it again does nothing more. Throws UNAVAILABLE for one that another router has. */
  async close(text: string, { isAsync, signal }: Wait): Promise<Answer> {
    const { sql, leases, waiters, clock, limits } = this.#options;
    const until = clock() + (isAsync ? 0 : limits.waitMs);
    for (;;) {
      const { job } = await this.#load(text);
      let isHere = true;
      if (job.state === 'awaiting_payment') await expireUnpaidJob(sql, job.id);
      else if (job.finishedAt === null) isHere = await leases.closeSession(job.id);
      const view = await this.view(text);
      if (OVER.includes(view.state)) return { status: 200, body: { ...view } };
      const left = until - clock();
      if (left <= 0 || signal.aborted) {
        if (!isHere) throw unavailable({ session_id: job.id });
        return accepted(view);
      }
      await waiters.wait(job.id, { ms: Math.min(POLL_MS, left), signal });
    }
  }

  async #answerOf({ id, callId }: { id: JobId; callId: string }, outcome: CallOutcome): Promise<Answer> {
    const names = { session_id: id, call_id: callId };
    const headers = { 'retry-after': `${RETRY_AFTER_SECONDS}` };
    switch (outcome.kind) {
      case 'answered': {
        const { text: statement, signature } = outcome.statement;
        const { success, ...payload } = outcome.payload;
        const body: SessionCallView = { success, ...names, ...payload, proof: { statement, signature } };
        return { status: 200, body: { ...body } };
      }
      case 'waiting': {
        const body = { success: true, ...names, state: 'waiting', retry_after_seconds: RETRY_AFTER_SECONDS };
        return { status: 202, body, headers };
      }
      case 'conflict':
        throw new AppError('CALL_ID_CONFLICT', { extra: names });
      case 'busy':
        throw new AppError('SESSION_BUSY', { extra: names, headers });
      case 'unreachable':
        this.#requireReady(await this.#load(id));
        throw unavailable(names);
      case 'over':
        throw this.#endedError(await this.#load(id));
    }
  }

  #requireReady(session: SessionRecord): void {
    const state = stateOf(session);
    if (state === 'ready') return;
    if (state === 'closing' || OVER.includes(state)) throw this.#endedError(session);
    const { id } = session.job;
    const headers = { 'retry-after': `${RETRY_AFTER_SECONDS}`, location: sessionUrl(id) };
    throw new AppError('SESSION_NOT_READY', { extra: { session_id: id, state }, headers });
  }

  #endedError(session: SessionRecord): AppError {
    const { success: _, code, error, ...view } = this.#viewOf(session);
    return new AppError('SESSION_ENDED', {
      ...(error !== undefined && { detail: error }),
      extra: { ...view, ...(code !== undefined && { failure: code }) },
    });
  }

  /** Looks again until the session has left these states, or the wait is over. */
  async #waitWhile(id: JobId, states: readonly string[], { isAsync, signal }: Wait): Promise<SessionRecord> {
    const { waiters, clock, limits } = this.#options;
    const until = clock() + (isAsync ? 0 : limits.waitMs);
    for (;;) {
      const session = await this.#load(id);
      const left = until - clock();
      if (!states.includes(stateOf(session)) || left <= 0 || signal.aborted) return session;
      await waiters.wait(id, { ms: Math.min(POLL_MS, left), signal });
    }
  }

  /** An id that a memo has shown to everybody would open the session to them. */
  async #refusePublicId(body: unknown): Promise<void> {
    const { sql, jobs } = this.#options;
    const named = (body as { job_id?: unknown } | null | undefined)?.job_id;
    const id = typeof named === 'string' ? parseJobId(named) : null;
    if (!id || !(await isPublicId(sql, id))) return;
    const job = await jobs.find(id);
    if (job && job.state !== 'awaiting_payment') return;
    throw fieldError({
      field: 'job_id',
      message: 'stands in a memo on chain, and whoever reads it there could use the session',
      fix: 'Take a new id and pay by its commitment memo, or from the balance, where what was sent already is.',
    });
  }

  async #load(text: string): Promise<SessionRecord> {
    const id = parseJobId(text);
    const session = id && (await loadSession(this.#options, id));
    if (!session) throw new AppError('JOB_NOT_FOUND', { extra: { session_id: text } });
    return session;
  }

  #viewOf(session: SessionRecord): SessionView {
    const { calls, clock } = this.#options;
    return sessionView(session, calls.counts(session.job.id), clock());
  }
}

function requireId(text: string): JobId {
  const id = parseJobId(text);
  if (!id) throw new AppError('JOB_NOT_FOUND', { extra: { session_id: text } });
  return id;
}

function readCall(raw: unknown): SessionCallBody {
  const body = validateCall(raw);
  if (Buffer.byteLength(body.code) <= LIMITS.codeBytes) return body;
  throw fieldError({
    field: 'code',
    message: 'is too large',
    fix: `Send at most ${LIMITS.codeBytes} bytes.`,
  });
}

function accepted(view: SessionView): Answer {
  const body = { ...view, retry_after_seconds: RETRY_AFTER_SECONDS };
  return {
    status: 202,
    body,
    headers: { 'retry-after': `${RETRY_AFTER_SECONDS}`, location: view.status_url },
  };
}

function unavailable(names: { session_id: string; call_id?: string }): AppError {
  return new AppError('UNAVAILABLE', {
    detail: 'The node of the session is not connected to this router right now',
    extra: names,
    headers: { 'retry-after': `${RETRY_AFTER_SECONDS}` },
  });
}

/** Why a session that was paid never began, as a job's failure is told. */
function failureOf({ code = '', error, success: _, ...view }: SessionView): AppError {
  const { job_id, session_id, watt_charged, watt_burned, refund = null } = view;
  return new AppError(isErrorCode(code) ? code : 'NODE_FAILED', {
    ...(error !== undefined && { detail: error }),
    extra: { job_id, session_id, watt_charged, watt_burned, refund },
  });
}
