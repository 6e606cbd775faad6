import type { Payer } from './payer.ts';
import type { PayWith } from './payment-order.ts';
import type { ResumeTicket } from './resume-ticket.ts';
import type { Runtime } from './runtime.ts';
import type { RequestSigner } from './sign-request.ts';

/** Solana's 64-byte secret key: a web3.js `Keypair`, its bytes, or the list of numbers in a key file. */
export type WalletSecret = { secretKey: Uint8Array } | Uint8Array | readonly number[];

export interface WattOptions {
  /** The router, e.g. `http://127.0.0.1:8080`. */
  baseUrl: string;
  /** What pays. Without it, a call that must be paid throws PaymentError with everything needed to pay elsewhere. */
  wallet?: WalletSecret;
  /** Solana JSON-RPC; needed with `wallet`. */
  rpcUrl?: string;
  /** An API key: calls are paid from the balance of its wallet, and need neither `wallet` nor `rpcUrl`. */
  apiKey?: string;
  /** Signs every call with the wallet, which pays from its balance first. With `rpcUrl`, what the balance does not cover is paid on chain. */
  prepaid?: boolean;
  /** What signs in place of `wallet`, e.g. a hardware wallet. */
  signer?: RequestSigner;
  /** The router's own public address, where it is not `baseUrl`: signatures name it. */
  publicUrl?: string;
  /** Another way to pay, in place of `wallet` and `rpcUrl`. */
  payer?: Payer;
  /** Per compute unit; none by default. */
  priorityFeeMicroLamports?: number;
  /** The only mint to pay in. Without it, the mint that the router names. */
  mint?: string;
  /** The most that one call may cost, WATT as a decimal string. Default `'2000'`. */
  maxCost?: string;
  payWith?: PayWith;
  /** For a whole call with its payment and waiting. Default 300 000. */
  timeoutMs?: number;
  /** For one HTTP exchange; a longer job is found again by asking again. Default 90 000. */
  requestTimeoutMs?: number;
  /** Of one HTTP exchange. Default 4. */
  maxRetries?: number;
  /** How long the router may take to see a confirmed payment. Default 90 000. */
  paymentLagMs?: number;
  /** The router's public key, for receipts. Without it, the key that the router names at first contact. */
  routerKey?: string;
  /** Called with every signed payment before it is sent: store the ticket, and `resume` survives a crash of this process. */
  onTicket?: (ticket: ResumeTicket) => void | Promise<void>;
  fetch?: typeof globalThis.fetch;
  /** Clock, randomness and sleep, for tests. */
  runtime?: Runtime;
}

export interface CallOptions {
  maxCost?: string;
  /** Also `job_id` in the request. Reuse it to ask for the same job again. */
  jobId?: string;
  timeoutMs?: number;
  signal?: AbortSignal;
}

export interface WaitOptions {
  timeoutMs?: number;
  signal?: AbortSignal;
}
