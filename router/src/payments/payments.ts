/** The way into the payments domain. */
export type { Admission } from './admit.ts';
export { createPayments, type Payments } from './create-payments.ts';
export {
  type FundOutcome,
  lockCredits,
  planFunding,
  type SettlementOutlook,
  withOutlook,
  writeHolds,
} from './fund-jobs.ts';
export { insufficientMessage, type PayTo, paymentDetails } from './payment-details.ts';
export type { Spender, SpendRefusal } from './plan-holds.ts';
export { createWatcherStore } from './watcher-store.ts';
