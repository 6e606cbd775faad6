import {
  base,
  createJobId,
  formatWatt,
  type JobId,
  parseWatt,
  type Receipt,
  type ReceiptCheck,
  type SessionCallView,
  type SessionView,
  verifySessionCall,
} from '@watt/shared';
import { answerError } from './answer-error.ts';
import { withTicket } from './batch-call.ts';
import type { HttpAnswer } from './http-client.ts';
import { type PaidCallContext, type PaidCallOptions, paidCall } from './paid-call.ts';
import { checkReceipt, fetchReceipt } from './receipts.ts';
import type { ResumeTicket } from './resume-ticket.ts';
import { fetchJob } from './wait-for-job.ts';
import { WattError } from './watt-error.ts';
import type { WaitOptions } from './watt-options.ts';

const ASK_AGAIN_MS = 500;
const COMING = new Set(['queued', 'starting']);

/** What one program in a session came to; a program that fails is an answer, not an exception. */
export interface SessionRun {
  callId: string;
  ok: boolean;
  /** EXECUTION_ERROR, EXECUTION_TIMEOUT, OUT_OF_MEMORY, SESSION_ENDED, or null. */
  code: string | null;
  error: string | null;
  stdout: string;
  stderr: string;
  /** What the last expression came to, as the language writes it. */
  value: string | null;
  executionMs: number;
  /** What was sent, and the router's answer with the node's proof, for `verify`. */
  program: string;
  response: SessionCallView;
}

/** How a session ended. Amounts are WATT in exact decimal strings. */
export interface SessionBill {
  ended: string;
  minutes: number;
  cost: string;
  refund: string;
  /** Whether the receipt holds for this session and its result. */
  check: ReceiptCheck;
  receipt: Receipt;
}

/** An interpreter that keeps its state from one `run` to the next. Whoever knows its `id` may use it. */
export interface Session {
  readonly id: JobId;
  readonly expiresAt: Date;
  readonly node: string | null;
  /** The call that bought it: `openSession` with it finds the same session again, unpaid. */
  readonly ticket: ResumeTicket;
  /** `timeout` in seconds, `callId` for a call that may have been made before. */
  run(code: string, options?: WaitOptions & { timeout?: number; callId?: string }): Promise<SessionRun>;
  view(options?: WaitOptions): Promise<SessionView>;
  /** Ends it, and checks what was charged. Minutes that were not begun go back to the balance. */
  close(options?: WaitOptions): Promise<SessionBill>;
  /** Proves, once the session is closed, that its node gave this answer and was paid for it. */
  verify(run: Pick<SessionRun, 'program' | 'response'>, options?: WaitOptions): Promise<ReceiptCheck>;
}

export interface SessionOptions {
  maxCost: PaidCallOptions['maxCost'];
  routerKey(signal: AbortSignal): Promise<string>;
  /** Runs one step within the caller's limits. */
  within<T>(wait: WaitOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** Pays for a session and waits until it takes calls. Errors carry the ticket, with which the same session is found again. */
export async function openSession(
  context: PaidCallContext,
  ticket: ResumeTicket,
  { wait, ...options }: SessionOptions & { wait: WaitOptions },
): Promise<Session> {
  const { maxCost, within } = options;
  try {
    const view = await within(wait, async (signal) => {
      const answer = await paidCall(context, ticket, { maxCost, mayPay: true, signal });
      return untilReady(context, viewIn(answer, ticket.jobId), signal);
    });
    return sessionOf(context, { ticket, view }, options);
  } catch (error) {
    throw withTicket(error, ticket);
  }
}

function sessionOf(
  context: PaidCallContext,
  { ticket, view }: { ticket: ResumeTicket; view: SessionView },
  { within, routerKey }: SessionOptions,
): Session {
  const { http, runtime } = context;
  const id = ticket.jobId;
  const path = `/api/v1/sessions/${id}`;

  async function proven(signal: AbortSignal) {
    const [job, receipt] = [await fetchJob(http, id, signal), await fetchReceipt(http, id, signal)];
    return { job, receipt, router: await routerKey(signal) };
  }

  async function repeated(
    request: Pick<Parameters<typeof http.send>[0], 'method' | 'path' | 'body'>,
    signal: AbortSignal,
  ) {
    for (;;) {
      const answer = await http.send({ ...request, signal });
      if (answer.status !== 202) return answer;
      await runtime.sleep(answer.retryAfterMs ?? ASK_AGAIN_MS, signal);
    }
  }

  return {
    id,
    expiresAt: new Date(view.expires_at ?? Number.NaN),
    node: view.node,
    ticket,

    run: (code, { timeout, callId = createJobId(), ...wait } = {}) =>
      within(wait, async (signal) => {
        const body = JSON.stringify({ call_id: callId, code, ...(timeout !== undefined && { timeout }) });
        const answer = await repeated({ method: 'POST', path: `${path}/calls`, body }, signal);
        if (answer.status !== 200) throw answerError(answer, id);
        return runOf(code, answer.body as unknown as SessionCallView);
      }),

    view: (wait = {}) => within(wait, (signal) => fetchSession(context, id, signal)),

    close: (wait = {}) =>
      within(wait, async (signal) => {
        const closed = viewIn(await repeated({ method: 'DELETE', path }, signal), id);
        const { job, receipt, router } = await proven(signal);
        const isCharged = job.settlement === 'captured';
        const about = { jobId: id, ticket, ...(isCharged && job.result && { response: job.result }) };
        const check = checkReceipt(receipt, about, router);
        return { ...billOf(closed), check, receipt };
      }),

    verify: ({ program, response }, wait = {}) =>
      within(wait, async (signal) => {
        const { job, receipt, router } = await proven(signal);
        return verifySessionCall(receipt, {
          router,
          session: job.result ?? {},
          code: program,
          answer: { ...response },
        });
      }),
  };
}

async function untilReady(
  context: PaidCallContext,
  first: SessionView,
  signal: AbortSignal,
): Promise<SessionView> {
  let view = first;
  while (COMING.has(view.state)) {
    await context.runtime.sleep(ASK_AGAIN_MS, signal);
    view = await fetchSession(context, view.session_id, signal);
  }
  if (view.state === 'ready') return view;
  const message = view.error ?? `The session is ${view.state}`;
  throw new WattError({ code: view.code ?? 'SESSION_ENDED', message, jobId: view.job_id, body: { ...view } });
}

async function fetchSession(
  { http }: PaidCallContext,
  id: string,
  signal: AbortSignal,
): Promise<SessionView> {
  return viewIn(await http.send({ method: 'GET', path: `/api/v1/sessions/${id}`, signal }), id);
}

function viewIn(answer: HttpAnswer, jobId: string): SessionView {
  if (answer.status >= 300) throw answerError(answer, jobId);
  const { body } = answer;
  if (body['session_id'] === jobId && typeof body.state === 'string') return body as unknown as SessionView;
  const message = 'The router’s answer is not a session';
  throw new WattError({ code: 'UNEXPECTED_ANSWER', message, status: answer.status, jobId, body });
}

function runOf(program: string, response: SessionCallView): SessionRun {
  const { call_id: callId, success: ok, code = null, error = null, output, metadata } = response;
  return { callId, ok, code, error, ...output, executionMs: metadata.execution_ms, program, response };
}

function billOf(view: SessionView): Omit<SessionBill, 'check' | 'receipt'> {
  const { ended = view.state, minutes_begun: minutes, watt_charged, refund } = view;
  return { ended, minutes, cost: exact(watt_charged), refund: exact(refund?.watt) };
}

/** JSON numbers of at most six decimals print as they were written. */
function exact(watt: number | undefined): string {
  return formatWatt(parseWatt(String(watt ?? 0)) ?? base(0n));
}
