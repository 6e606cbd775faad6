import type { JobState, TransitionTable } from '@watt/shared';

/**
 * The life of a job.
 *
 * `awaiting_payment`: registered by an unpaid call, so that its body is bound before money arrives. A payment that covers the
 * price holds it and moves the job to `queued`; when the payment does not come in time it becomes `expired`.
 * `queued`: paid, the price is held, no node has it. A lease moves it to `running`; when no node takes it in time, `failed`. A scrape that
 * says how old its result may be is served from a copy instead, where there is one: `succeeded`, with part of the price captured.
 * `running`: exactly one live attempt. A good result captures the hold and ends it as `succeeded`; a failure that no other node
 * could better voids the hold and ends it as `failed`; a lost, lapsed or refused attempt takes it back to `queued`.
 * `succeeded`, `failed`, `expired`: the end. Money that arrives later goes to the payer's balance.
 */
export const JOB_TRANSITIONS = {
  awaiting_payment: ['queued', 'expired'],
  queued: ['running', 'succeeded', 'failed'],
  running: ['succeeded', 'failed', 'queued'],
  succeeded: [],
  failed: [],
  expired: [],
} as const satisfies TransitionTable<JobState>;

export type AttemptState = 'leased' | 'succeeded' | 'failed' | 'refused' | 'lapsed';

/**
 * The life of one attempt. `leased`: a node holds the job until its deadline. `succeeded`: its result was captured. `failed`: the node
 * answered that it could not, or its answer was not valid. `refused`: the node gave the job back at once. `lapsed`: the node
 * vanished or its deadline passed; whatever it sends later is acknowledged and not paid.
 */
export const ATTEMPT_TRANSITIONS = {
  leased: ['succeeded', 'failed', 'refused', 'lapsed'],
  succeeded: [],
  failed: [],
  refused: [],
  lapsed: [],
} as const satisfies TransitionTable<AttemptState>;
