/** The way into balance: what a wallet has with us, how it came and goes, and what its volume earns it. */
export { amountFields } from './amount-fields.ts';
export { createCapturedVolume } from './captured-volume.ts';
export { type DepositDetails, depositDetails, readAmount } from './deposit-details.ts';
export type { Purchase, Terms } from './discounts.ts';
export { loadHistory, type Movement } from './history.ts';
export { loadBalance } from './load-balance.ts';
export { findWithdrawal, listWithdrawals, type Withdrawal } from './load-withdrawals.ts';
export { createPricer, type Pricer } from './pricer.ts';
export { withdraw } from './withdraw.ts';
