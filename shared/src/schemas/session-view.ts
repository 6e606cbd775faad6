import type { Isolation } from './isolation.ts';
import type { SessionCallPayload, SessionEnd, SessionLanguage } from './session.ts';

/**
 * `queued`: paid, and no node has it yet. `starting`: a node has it. `ready`: it takes calls, and its minutes count. `closing`: nothing more is
 * charged, its result has not come. `ended`: charged. `failed`: nothing was charged. `expired`: it was not paid in time, or closed before.
 */
export type SessionState =
  | 'awaiting_payment'
  | 'queued'
  | 'starting'
  | 'ready'
  | 'closing'
  | 'ended'
  | 'failed'
  | 'expired';

/** What `/api/v1/sessions` answers. Times are ISO 8601, amounts WATT. */
export interface SessionView {
  success: true;
  /** The job's id too: its result and receipt are those of a job. Whoever knows it may use the session. */
  session_id: string;
  job_id: string;
  state: SessionState;
  language: SessionLanguage;
  memory_mb: number;
  /** What is asked for as a minimum, or what the node has, once there is one. */
  isolation: Isolation;
  node: string | null;
  minutes: number;
  price_watt: number;
  minutes_begun: number;
  /** Of the minutes that were begun. */
  cost_watt: number;
  ready_at: string | null;
  expires_at: string | null;
  finished_at: string | null;
  /** As this router has seen them since it started. */
  calls: { answered: number; waiting: number };
  calls_url: string;
  status_url: string;
  receipt_url: string;
  /** How it ended, for `ended`. */
  ended?: SessionEnd;
  /** Why it ended, for `failed`. */
  code?: string;
  error?: string;
  watt_charged?: number;
  watt_burned?: number;
  refund?: { watt: number; to: string; as: 'balance' };
}

/** What `POST /api/v1/sessions/:id/calls` answers. `proof` is the header that the node signed, letter for letter. */
export interface SessionCallView extends SessionCallPayload {
  session_id: string;
  call_id: string;
  proof: { statement: string; signature: string };
}
