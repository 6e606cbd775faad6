/** The way into the ledger: other domains import from this file only. */
export { type AccountId, loadSystemAccounts, openAccounts, type SystemAccounts } from './accounts.ts';
export { bookExplained, claimCredit } from './correct.ts';
export { creditPayments, reinstateCredit, reverseCredit } from './credit.ts';
export { holdParts, lockBalances } from './hold.ts';
export { bookPaid, type Reservation, reservePayouts, returnPayouts } from './payout.ts';
export { captureParts, voidHolds } from './resolve.ts';
export { type TrialBalance, trialBalance } from './trial-balance.ts';
