import type { TransitionTable } from '@watt/shared';

export type SettlementState = 'signed' | 'settled' | 'failed' | 'expired';

/**
 * The life of a payment that we settle for its payer. `signed`: stored with both signatures; may be sent, again and again. `settled`: landed.
 * `failed`: landed with an error, nothing moved. `expired`: its blockhash is too old at a finalized height and its signature is unknown.
 */
export const SETTLEMENT_TRANSITIONS = {
  signed: ['settled', 'failed', 'expired'],
  settled: [],
  failed: [],
  expired: [],
} as const satisfies TransitionTable<SettlementState>;
