/** The way into x402: payments that agents sign and the router brings to the chain. */
export { createX402, type X402, type X402Options } from './create-x402.ts';
export type { SoldPath } from './goods.ts';
export type { PaidCall, PaidCallRequest } from './paid-call.ts';
