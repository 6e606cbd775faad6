import { watt } from '@watt/shared';
import type { EnvReader } from './env-reader.ts';

/** When money leaves, and what may be spent on it. Amounts in base units. */
export interface PayoutConfig {
  threshold: bigint;
  min: bigint;
  intervalMs: number;
  collectMs: number;
  resendMs: number;
  feeMaxBps: number;
  lamportsPerWatt: number;
  /** Micro-lamports for a compute unit. */
  unitPriceMax: bigint;
}

const HOUR_MS = 3_600_000;

export function toPayoutConfig(read: EnvReader): PayoutConfig {
  const config = {
    threshold: read.price('PAYOUT_THRESHOLD_WATT', watt(1000)),
    min: read.price('PAYOUT_MIN_WATT', watt(10)),
    intervalMs: read.integer('PAYOUT_INTERVAL_HOURS', { fallback: 24, min: 1, max: 24 * 365 }) * HOUR_MS,
    collectMs: read.integer('PAYOUT_COLLECT_SECONDS', { fallback: 60, min: 1, max: 86_400 }) * 1000,
    resendMs: read.integer('PAYOUT_RESEND_MS', { fallback: 2000, min: 50, max: 60_000 }),
    feeMaxBps: read.integer('PAYOUT_FEE_MAX_BPS', { fallback: 500, min: 1, max: 10_000 }),
    lamportsPerWatt: read.integer('LAMPORTS_PER_WATT', { fallback: 10_000, min: 1, max: 1e12 }),
    unitPriceMax: BigInt(read.integer('PAYOUT_UNIT_PRICE_MAX', { fallback: 50_000, min: 0, max: 1e9 })),
  };
  if (config.min > config.threshold) read.fault('PAYOUT_MIN_WATT is more than PAYOUT_THRESHOLD_WATT');
  return config;
}
