import type { TransitionTable } from '@watt/shared';

export type PayoutState = 'queued' | 'batched' | 'paid' | 'held' | 'returned';
export type BatchState = 'open' | 'done' | 'failed';
export type PayoutAttemptState = 'live' | 'finalized' | 'failed' | 'expired';

/**
 * The life of a payout, whose money is set aside from its first moment. `queued`: waits for a batch. `batched`: in a batch whose transaction
 * may have been sent, so nobody may touch it. `paid`: its transaction is finalized. A batch that failed gives its payouts back to the queue;
 * one that fails alone is `held` with the reason, until an operator puts it back (`queued`) or gives the money back to its source (`returned`).
 */
export const PAYOUT_TRANSITIONS = {
  queued: ['batched', 'held', 'returned'],
  batched: ['paid', 'queued'],
  held: ['queued', 'returned'],
  paid: [],
  returned: [],
} as const satisfies TransitionTable<PayoutState>;

/** `open`: has an attempt under way, or gets its next one. `done`: finalized. `failed`: can never land; its payouts are queued anew. */
export const BATCH_TRANSITIONS = {
  open: ['done', 'failed'],
  done: [],
  failed: [],
} as const satisfies TransitionTable<BatchState>;

/**
 * `live`: the stored bytes may be sent, again and again. `finalized`: landed for good. `failed`: landed for good, with an error: nobody was paid.
 * `expired`: its blockhash is too old at a finalized height and its signature is unknown: it can never land.
 */
export const PAYOUT_ATTEMPT_TRANSITIONS = {
  live: ['finalized', 'failed', 'expired'],
  finalized: [],
  failed: [],
  expired: [],
} as const satisfies TransitionTable<PayoutAttemptState>;
