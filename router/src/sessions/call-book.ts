import {
  LIMITS,
  type SessionCall,
  type SessionCallPayload,
  type SessionPayload,
  sha256Hex,
} from '@watt/shared';
import type { ReceivedCallResult } from '../hub/hub-handlers.ts';
import { type Notices, waitForNotice } from './notices.ts';
import { readCallResult } from './read-call-result.ts';

/** How a call was answered, with what its node signed. */
export interface CallAnswer {
  payload: SessionCallPayload;
  statement: { text: string; signature: string };
}

/** What became of a call, as far as its caller waited for it. */
export type CallOutcome =
  | ({ kind: 'answered' } & CallAnswer)
  /** Its id belongs to other code. */
  | { kind: 'conflict' }
  /** Too many wait, or its node takes none right now: it was not sent. */
  | { kind: 'busy' | 'unreachable' }
  /** The session ended before it was answered. */
  | { kind: 'over' }
  | { kind: 'waiting' };

export interface NewCall extends SessionCall {
  callId: string;
}

export interface CallWait {
  waitMs: number;
  signal: AbortSignal;
}

/** The calls of this router's sessions, in memory. A node keeps its results as long as its session, so each can be asked for again by its id. */
export interface CallBook {
  /** Sends a call unless it is on its way, and waits for its answer. */
  call(jobId: string, call: NewCall, wait: CallWait): Promise<CallOutcome>;
  /** The node of a session is there again: what it has not answered is sent once more. */
  resend(jobId: string): void;
  /** What is wrong with an answer, null when it is good or nobody waits for it; and whether the session ended with it. */
  onResult(jobId: string, result: ReceivedCallResult): { fault: string | null; isLast: boolean };
  /** What in the result of a session contradicts the answers that were given; null when nothing does. */
  contradiction(jobId: string, data: SessionPayload['data']): string | null;
  counts(jobId: string): { answered: number; waiting: number };
  end(jobId: string): void;
}

export interface CallBookOptions {
  /** Brings a call to the node of its session; false when that is not possible now. */
  send(jobId: string, call: { callId: string; body: string }): boolean;
}

interface Call {
  codeSha256: string;
  /** Of its answer, once there was one. */
  resultSha256: string | null;
  /** What was sent and is not answered yet. */
  pending: { body: string; notices: Notices<CallOutcome> } | null;
}

/** How long a node may take to say again what it has said. */
const AGAIN_MS = 10_000;
const OPEN_MAX = LIMITS.sessionCallsWaiting + 1;

export function createCallBook({ send }: CallBookOptions): CallBook {
  const sessions = new Map<string, Map<string, Call>>();
  const openOf = (calls: ReadonlyMap<string, Call>) =>
    [...calls.values()].filter((call) => call.pending && call.resultSha256 === null);

  /** Null when it is on its way; else why it is not. */
  function begin(jobId: string, call: Call, request: NewCall): 'busy' | 'unreachable' | null {
    const calls = sessions.get(jobId) ?? new Map<string, Call>();
    const isNew = !calls.has(request.callId);
    if (openOf(calls).length >= OPEN_MAX || (isNew && calls.size >= LIMITS.sessionCalls)) return 'busy';
    const body = JSON.stringify({ code: request.code, timeout: request.timeout } satisfies SessionCall);
    if (!send(jobId, { callId: request.callId, body })) return 'unreachable';
    call.pending = { body, notices: new Set() };
    sessions.set(jobId, calls.set(request.callId, call));
    return null;
  }

  return {
    async call(jobId, request, wait) {
      const codeSha256 = sha256Hex(request.code);
      const call = sessions.get(jobId)?.get(request.callId) ?? {
        codeSha256,
        resultSha256: null,
        pending: null,
      };
      if (call.codeSha256 !== codeSha256) return { kind: 'conflict' };
      const refusal = call.pending ? null : begin(jobId, call, request);
      if (refusal) return { kind: refusal };
      if (!call.pending) return { kind: 'waiting' };
      // What was answered before the node has at hand, or not any more.
      const isAgain = call.resultSha256 !== null;
      const waitMs = isAgain ? Math.min(wait.waitMs, AGAIN_MS) : wait.waitMs;
      const outcome = await waitForNotice(call.pending.notices, { ...wait, waitMs });
      if (outcome) return outcome;
      if (!isAgain || wait.signal.aborted || waitMs < AGAIN_MS) return { kind: 'waiting' };
      call.pending = null;
      return { kind: 'unreachable' };
    },

    resend(jobId) {
      for (const [callId, { pending }] of sessions.get(jobId) ?? []) {
        // One that cannot be sent now waits for the node's next return.
        if (pending) send(jobId, { callId, body: pending.body });
      }
    },

    onResult(jobId, result) {
      const { call_id: callId, code_sha256: codeSha256, body_sha256: resultSha256 } = result.header;
      const call = sessions.get(jobId)?.get(callId);
      if (!call?.pending) return { fault: null, isLast: false };
      const payload = readCallResult(result.payload);
      if (payload === null) return faulty('the answer of a call does not have its form');
      if (call.resultSha256 !== null && call.resultSha256 !== resultSha256)
        return faulty('a call has two answers');
      // Asked for under this id before this router began: the node has what was asked first.
      const isOther = call.codeSha256 !== codeSha256;
      const { notices } = call.pending;
      Object.assign(call, { codeSha256, resultSha256, pending: null });
      const outcome: CallOutcome = isOther
        ? { kind: 'conflict' }
        : { kind: 'answered', payload, statement: result.statement };
      for (const tell of notices) tell(outcome);
      return { fault: null, isLast: payload.code === 'SESSION_ENDED' };
    },

    contradiction(jobId, { calls }) {
      const told = new Map(calls.map((call) => [call.call_id, call]));
      if (told.size !== calls.length) return 'the result names a call twice';
      for (const [callId, call] of sessions.get(jobId) ?? []) {
        if (call.resultSha256 === null) continue;
        const entry = told.get(callId);
        const isSame = entry?.result_sha256 === call.resultSha256 && entry.code_sha256 === call.codeSha256;
        if (!isSame) return `the result does not name call ${callId} as it was answered`;
      }
      return null;
    },

    counts(jobId) {
      const calls = sessions.get(jobId) ?? new Map<string, Call>();
      const answered = [...calls.values()].filter((call) => call.resultSha256 !== null).length;
      return { answered, waiting: openOf(calls).length };
    },

    end(jobId) {
      const calls = sessions.get(jobId);
      sessions.delete(jobId);
      for (const { pending } of calls?.values() ?? []) {
        for (const tell of pending?.notices ?? []) tell({ kind: 'over' });
      }
    },
  };
}

function faulty(fault: string): { fault: string; isLast: false } {
  return { fault, isLast: false };
}
