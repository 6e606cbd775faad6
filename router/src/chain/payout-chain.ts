/** What one transaction pays out: all of it or nothing. Amounts in base units. */
export interface PayoutOrder {
  /** Each to the wallet's associated token account, which must be there: rent is never paid for others. */
  transfers: readonly { wallet: string; amount: bigint }[];
  /** Burned from our own token account; 0 for none. */
  burn: bigint;
  /** Unlike any other: equal orders under one blockhash would be one transaction. */
  memo: string;
}

/** What is offered for the execution: compute units, and micro-lamports for each of them. */
export interface ComputeTerms {
  unitLimit: number;
  unitPrice: bigint;
}

export interface Blockhash {
  blockhash: string;
  /** The last block height at which a transaction under it may land. */
  lastValidHeight: bigint;
}

export interface SignedPayout {
  signature: string;
  raw: Uint8Array;
  feeLamports: bigint;
}

/** `foreign`: the account at that address was given to another owner. `own`: ours, to which nothing can be paid out. */
export type RecipientState = 'ready' | 'missing' | 'frozen' | 'foreign' | 'own';

/**
 * How a transaction would end. `refused`: an instruction fails, so it is about what is in it. `unable`: it is about us or the RPC (no
 * money for the fee, no tokens, a node that lags), whatever the order says.
 */
export type Simulation = { outcome: 'ok'; units: number } | { outcome: 'refused' | 'unable'; error: string };

/**
 * What is known of a signature. `unknown`: every RPC has seen the chain up to the slot asked for and does not know it. `unsure`: an RPC did
 * not answer, or lags.
 */
export type SignatureFinding =
  | { known: 'unknown' | 'unsure' }
  | { known: 'landed'; finalized: boolean; error: string | null };

/** Everything that paying out asks of Solana, in our own types. Calls reject when the RPC does not answer. */
export interface PayoutChain {
  /** The canonical token account that everything leaves from. */
  readonly tokenAccount: string;
  /** How many keys sign: 1, or 2 with a fee payer of its own. */
  readonly signerCount: number;
  latestBlockhash(): Promise<Blockhash>;
  /** Slot and block height of one finalized block. */
  finalizedTip(): Promise<{ slot: bigint; height: bigint }>;
  /** What our token account holds, finalized; null when it is missing or frozen. */
  finalizedBalance(): Promise<bigint | null>;
  recipientStates(wallets: readonly string[]): Promise<Map<string, RecipientState>>;
  /** Micro-lamports for a compute unit that others paid lately on our account; the upper quartile. */
  recentUnitPrice(): Promise<bigint>;
  feePayerLamports(): Promise<bigint>;
  /** Tries an order without signing it: an RPC is never shown a transaction that we have not stored. */
  simulate(order: PayoutOrder): Promise<Simulation>;
  sign(order: PayoutOrder, terms: ComputeTerms & Blockhash): SignedPayout;
  /** Hands the bytes to every RPC; rejects when none took them, which says nothing about their fate. */
  send(raw: Uint8Array): Promise<void>;
  /** Unknown counts only from a node that has seen `slot`. */
  find(signature: string, slot: bigint): Promise<SignatureFinding>;
}

export const LAMPORTS_PER_SIGNATURE = 5000n;
const MICRO = 1_000_000n;

/** The fee of a transaction in lamports: its signatures, and the compute units that it asks for, rounded up. */
export function feeOf(signerCount: number, { unitLimit, unitPrice }: ComputeTerms): bigint {
  return BigInt(signerCount) * LAMPORTS_PER_SIGNATURE + (BigInt(unitLimit) * unitPrice + MICRO - 1n) / MICRO;
}
