/** The way into the settlement domain: money on its way out. */
export type { SettlementParts } from './collect.ts';
export { createSettlement, type Settlement } from './create-settlement.ts';
export { type HeldPayout, listHeldPayouts, putBackPayout, returnPayout } from './held-payouts.ts';
export { listNodePayouts, type NodePayout, type NodePayoutRow } from './load-node-payout.ts';
export type { PayoutRules } from './payout-rules.ts';
export { refundCredit } from './refund-credit.ts';
