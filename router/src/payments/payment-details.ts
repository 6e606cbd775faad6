import { formatWatt, type PaymentDetails, WATT_DECIMALS, wattNumber } from '@watt/shared';

/** Where payments go; the same for every job. */
export interface PayTo {
  computeWallet: string;
  tokenAccount: string;
  mint: string;
  tokenProgram: string;
  /** The chain's genesis hash. */
  network: string;
}

export interface PaymentRequest {
  price: bigint;
  /** Null where no job is known yet. */
  memo: string | null;
  commitment?: string;
  received?: bigint;
  /** Unix milliseconds. */
  expiresAt?: number;
}

/** Everything that an agent needs to pay, as 402 answers and quotes carry it. */
export function paymentDetails(payTo: PayTo, request: PaymentRequest): PaymentDetails {
  const received = request.received ?? 0n;
  return {
    amount: wattNumber(request.price),
    amount_base: `${request.price}`,
    pay_to: payTo.computeWallet,
    token_account: payTo.tokenAccount,
    mint: payTo.mint,
    token_program: payTo.tokenProgram,
    decimals: WATT_DECIMALS,
    memo: request.memo,
    ...(request.commitment && { commitment_memo: request.commitment }),
    network: payTo.network,
    ...(received > 0n && { received_base: `${received}`, missing_base: `${request.price - received}` }),
    ...(request.expiresAt && { expires_at: new Date(request.expiresAt).toISOString() }),
  };
}

export function insufficientMessage(price: bigint, received: bigint): string {
  return `The payments for this job come to ${formatWatt(received)} WATT of ${formatWatt(price)}: ${formatWatt(price - received)} WATT are missing`;
}
