import type { EnvReader } from './env-reader.ts';

export const X402_NETWORKS = ['mainnet', 'devnet', 'testnet'] as const;
export type X402Network = (typeof X402_NETWORKS)[number];

/** How payments over x402 are taken. */
export interface X402Settings {
  /** Undefined takes what the chain says that it is. */
  network: X402Network | undefined;
  /** How often a payment that has not landed is sent again. */
  resendMs: number;
  /** The fee payer's SOL below which x402 is not offered. */
  minLamports: bigint;
  limits: { maxPending: number; maxPendingPerPayer: number; maxFeeLamportsPerHour: bigint };
}

export function toX402Settings(read: EnvReader): X402Settings {
  const network = read.oneOf('X402_NETWORK', ['auto', ...X402_NETWORKS], 'auto');
  return {
    network: network === 'auto' ? undefined : network,
    resendMs: read.integer('X402_RESEND_MS', { fallback: 2000, min: 50, max: 60_000 }),
    minLamports: BigInt(read.integer('X402_MIN_LAMPORTS', { fallback: 5_000_000, min: 0, max: 1e12 })),
    limits: {
      maxPending: read.integer('X402_MAX_PENDING', { fallback: 1000, min: 1, max: 1e6 }),
      maxPendingPerPayer: read.integer('X402_MAX_PENDING_PER_PAYER', { fallback: 50, min: 1, max: 1e6 }),
      maxFeeLamportsPerHour: BigInt(
        read.integer('X402_MAX_FEE_LAMPORTS_PER_HOUR', { fallback: 100_000_000, min: 0, max: 1e12 }),
      ),
    },
  };
}
