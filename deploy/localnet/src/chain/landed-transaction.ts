import type { LoadedAddresses } from './decode-transaction.ts';
import type { UiTokenAmount } from './token-account.ts';
import type { VmOutcome } from './vm.ts';

export interface TokenBalance {
  readonly accountIndex: number;
  readonly mint: string;
  readonly owner: string;
  readonly programId: string;
  readonly uiTokenAmount: UiTokenAmount;
}

/** A transaction that is in a block, whether it succeeded or failed. Lamports are numbers as in the RPC's JSON. */
export interface LandedTransaction extends VmOutcome {
  /** The place among all transactions of the chain; never used twice. */
  readonly sequence: number;
  readonly signature: string;
  readonly slot: number;
  /** Unix time in seconds. */
  readonly blockTime: number;
  readonly raw: Uint8Array;
  readonly fee: number;
  /** All accounts, those from lookup tables last; balances below are in this order. */
  readonly keys: readonly string[];
  readonly loaded: LoadedAddresses;
  readonly preBalances: readonly number[];
  readonly postBalances: readonly number[];
  readonly preTokenBalances: readonly TokenBalance[];
  readonly postTokenBalances: readonly TokenBalance[];
  /** As `getSignaturesForAddress` writes it: `[4] text; [2] hi`. */
  readonly memo: string | null;
  /** Micro-lamports per compute unit. */
  readonly unitPrice: number;
}
