import { type CallResult, LIMITS, type SessionPayload, sha256Hex, type Unordered } from '@watt/shared';

export interface AnsweredCall {
  message: Unordered<CallResult>;
  body: string;
}

/** The bodies of answers that one session may have in memory; the latest is kept in any case. */
const KEPT_BYTES = 32 * 1024 * 1024;

/** What a session was asked and answered, in order. Answers are kept for routers that ask again, hashes until the end. */
export interface CallLog {
  add(answered: AnsweredCall): void;
  has(callId: string): boolean;
  /** Null where the call was never answered, or so long ago that its answer is gone. */
  find(callId: string): AnsweredCall | null;
  readonly isFull: boolean;
  transcript(): SessionPayload['data']['calls'];
}

export function createCallLog(keptBytes = KEPT_BYTES): CallLog {
  const entries = new Map<string, SessionPayload['data']['calls'][number]>();
  const kept = new Map<string, AnsweredCall>();
  let bytes = 0;

  return {
    add(answered) {
      const { call_id, code_sha256, started_at, finished_at } = answered.message;
      const result_sha256 = sha256Hex(answered.body);
      entries.set(call_id, { call_id, code_sha256, result_sha256, started_at, finished_at });
      kept.set(call_id, answered);
      bytes += answered.body.length;
      for (const [oldest, { body }] of kept) {
        if (bytes <= keptBytes || oldest === call_id) break;
        kept.delete(oldest);
        bytes -= body.length;
      }
    },
    has: (callId) => entries.has(callId),
    find: (callId) => kept.get(callId) ?? null,
    get isFull() {
      return entries.size >= LIMITS.sessionCalls;
    },
    transcript: () => [...entries.values()],
  };
}
