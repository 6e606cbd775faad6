/** The way into the ledger: other domains import from this file only. */
export { type AccountId, loadSystemAccounts, openAccounts, type SystemAccounts } from './accounts.ts';
export { bookExplained, claimCredit } from './correct.ts';
export { creditPayments, reverseCredit } from './credit.ts';
export { coverHolds, holdParts } from './hold.ts';
export { bookPaid, type Reservation, reservePayouts, returnPayouts } from './payout.ts';
export { captureParts, voidHolds } from './resolve.ts';
export { type TrialBalance, trialBalance } from './trial-balance.ts';
