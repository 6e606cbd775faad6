import type { TransitionTable } from '@watt/shared';

export type ScrapeBatchState = 'awaiting_payment' | 'funded' | 'expired';

/**
 * The life of a batch. `awaiting_payment`: registered by an unpaid call; its jobs do not exist yet. A payment or a balance that covers the sum
 * moves it to `funded` in the transaction that makes, holds and queues all of its jobs; what becomes of each is that job's own life.
 * `expired`: the payment did not come in time.
 */
export const SCRAPE_BATCH_TRANSITIONS = {
  awaiting_payment: ['funded', 'expired'],
  funded: [],
  expired: [],
} as const satisfies TransitionTable<ScrapeBatchState>;
