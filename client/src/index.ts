export { verifyReceipt, verifySessionCall } from '@watt/shared';
export type { Balance, Movement, NewApiKey, Withdrawal } from './account.ts';
export type { CodeAnswer, MapAnswer, Paid, ScrapeAnswer, Screenshot } from './answers.ts';
export type { DepositOrder } from './deposit.ts';
export type { BatchResult } from './follow-batch.ts';
export type { Payer, PaymentOrder, PaymentStatus } from './payer.ts';
export type { PayWith } from './payment-order.ts';
export type { Provable } from './receipts.ts';
export type { ResumeTicket, SignedPayment } from './resume-ticket.ts';
export type { Runtime } from './runtime.ts';
export type { Session, SessionBill, SessionRun } from './session.ts';
export type { RequestSigner } from './sign-request.ts';
export { createSolanaPayer, type SolanaPayerOptions } from './solana-payer.ts';
export { createWatt, type Resumable, type Watt } from './watt.ts';
export {
  CallAbortedError,
  ConnectionError,
  JobFailedError,
  JobTimeoutError,
  PaymentError,
  PriceExceededError,
  RateLimitError,
  RequestError,
  WattError,
} from './watt-error.ts';
export type { CallOptions, WaitOptions, WalletSecret, WattOptions } from './watt-options.ts';
