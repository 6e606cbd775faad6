import { formatWatt, parseWatt, WATT_DECIMALS, wattNumber } from '@watt/shared';
import type { PayTo } from '../payments/payments.ts';

/** How to add to a balance. The same for everybody but for the memo. */
export interface DepositDetails {
  memo: string;
  pay_to: string;
  token_account: string;
  mint: string;
  token_program: string;
  decimals: number;
  network: string;
  amount?: number;
  amount_base?: string;
  /** A Solana Pay transfer request. */
  solana_url: string;
  spendable: string;
  withdrawable: string;
}

/** `amount` in base units; `wallet` when another than the sender is to be credited. */
export function depositDetails(
  payTo: PayTo,
  { amount, wallet }: { amount?: bigint | undefined; wallet?: string | undefined },
): DepositDetails {
  const memo = wallet ? `deposit:${wallet}` : 'deposit';
  const query = new URLSearchParams({
    ...(amount !== undefined && { amount: formatWatt(amount) }),
    'spl-token': payTo.mint,
    memo,
  });
  return {
    memo,
    pay_to: payTo.computeWallet,
    token_account: payTo.tokenAccount,
    mint: payTo.mint,
    token_program: payTo.tokenProgram,
    decimals: WATT_DECIMALS,
    network: payTo.network,
    ...(amount !== undefined && { amount: wattNumber(amount), amount_base: `${amount}` }),
    solana_url: `solana:${payTo.computeWallet}?${query}`,
    spendable: 'when the transfer is confirmed, a second or two',
    withdrawable: 'when the transfer is finalized, about 13 seconds',
  };
}

/** A WATT amount in a body: a JSON number or a decimal string with at most 6 decimals. Null when it is neither, or not above zero. */
export function readAmount(value: string | number): bigint | null {
  const units = parseWatt(String(value));
  return units !== null && units > 0n ? units : null;
}
