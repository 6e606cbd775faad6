/** The way into the ledger: other domains import from this file only. */
export { type AccountId, loadSystemAccounts, openAccounts, type SystemAccounts } from './accounts.ts';
export { creditPayments, type IncomingCredit, reverseCredit } from './credit.ts';
export { type HoldRequest, holdPrices } from './hold.ts';
export { type Capture, captureHolds, voidHolds } from './resolve.ts';
export { type TrialBalance, trialBalance } from './trial-balance.ts';
