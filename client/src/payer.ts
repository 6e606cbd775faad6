import type { SignedPayment } from './resume-ticket.ts';

/** One payment to make. `memo` is the SDK's own, never the router's. */
export interface PaymentOrder {
  amountBase: bigint;
  /** The compute wallet; the tokens go to its canonical associated token account. */
  payTo: string;
  /** What the router says that account is; a payer refuses when it is another. */
  tokenAccount: string;
  mint: string;
  tokenProgram: string;
  decimals: number;
  memo: string;
  /** Genesis hash of the chain that the router watches. */
  network: string;
}

/** `expired` is final: the payment is not on the chain and never will be. `failed` moved nothing. */
export type PaymentStatus = 'pending' | 'confirmed' | 'failed' | 'expired';

/**
 * A wallet that can pay. Signing and sending are two steps, so that a payment is on record before the network hears of it, and the same
 * bytes can be sent again.
 */
export interface Payer {
  /** Base58. */
  readonly wallet: string;
  /** Builds and signs; sends nothing. Throws PaymentError when the order does not fit this chain. */
  sign(order: PaymentOrder, signal: AbortSignal): Promise<SignedPayment>;
  /** Sends the bytes. `refused` means that the chain's simulation turned them down; a thrown error leaves it open whether they were sent. */
  send(payment: SignedPayment, signal: AbortSignal): Promise<{ refused: string | null }>;
  status(payment: SignedPayment, signal: AbortSignal): Promise<PaymentStatus>;
}
