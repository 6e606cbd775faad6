import { type ComputeTerms, feeOf } from '../chain/chain.ts';

/** When a payout is worth making. Amounts in base units. */
export interface PayoutRules {
  /** A node that is owed this much is paid. */
  threshold: bigint;
  /** Less than this is never paid to a node. */
  min: bigint;
  /** A node that is owed at least `min` is paid when this long has passed since the last time. */
  intervalMs: number;
  /** A transaction leaves when its fee is at most this share of what it pays, in 1/10 000. */
  feeMaxBps: number;
  /** What one WATT is worth in lamports, for that comparison. */
  lamportsPerWatt: number;
  /** The most that is offered for a compute unit, in micro-lamports. */
  unitPriceMax: bigint;
}

/** Transfers of one transaction; 17 would fit beside burn and memo. */
export const BATCH_MAX = 12;

const BPS_ONE = 10_000n;
const BASE_PER_WATT = 1_000_000n;
// Compute units before a simulation has counted them; on the high side.
const UNITS_ALONE = 25_000;
const UNITS_EACH = 8_000;

/** What a transaction of so many transfers may cost at most, at the price that is offered now. */
export function expectedTerms(transfers: number, unitPrice: bigint): ComputeTerms {
  return { unitLimit: UNITS_ALONE + UNITS_EACH * transfers, unitPrice };
}

export function offeredUnitPrice(recent: bigint, rules: PayoutRules): bigint {
  return recent < rules.unitPriceMax ? recent : rules.unitPriceMax;
}

/** The least that is worth paying this fee for, in base units. */
export function leastWorth(feeLamports: bigint, rules: PayoutRules): bigint {
  const lamports = divideUp(feeLamports * BPS_ONE, BigInt(rules.feeMaxBps));
  return divideUp(lamports * BASE_PER_WATT, BigInt(rules.lamportsPerWatt));
}

/** From how much on a single transfer leaves by itself, whatever compute units cost just now. */
export function leastAlone(signerCount: number, rules: PayoutRules): bigint {
  return leastWorth(feeOf(signerCount, expectedTerms(1, rules.unitPriceMax)), rules);
}

function divideUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
