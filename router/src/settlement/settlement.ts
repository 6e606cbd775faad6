/** The way into the settlement domain: money on its way out. */
export type { SettlementParts } from './collect.ts';
export { type HeldPayout, listHeldPayouts, putBackPayout, returnPayout } from './held-payouts.ts';
export type { PayoutRules } from './payout-rules.ts';
