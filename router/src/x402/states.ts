import type { TransitionTable } from '@watt/shared';

export type SettlementState = 'signed' | 'settled' | 'failed' | 'expired';

/**
 * The life of a payment that we settle for its payer. `signed`: stored with both signatures; may be sent, again and again, until its fate is
 * final. What it brings is credited, and its job paid, as soon as it is confirmed. `settled`: what it brought is on record and finalized.
 * `failed`: landed with an error for good, nothing moved. `expired`: its blockhash is too old at a finalized height and its signature is
 * unknown. After `failed` and `expired` the job may be paid anew.
 */
export const SETTLEMENT_TRANSITIONS = {
  signed: ['settled', 'failed', 'expired'],
  settled: [],
  failed: [],
  expired: [],
} as const satisfies TransitionTable<SettlementState>;
