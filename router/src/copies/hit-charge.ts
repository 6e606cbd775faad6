/** What is charged of a job that a copy serves, in base units. `unused` goes back to the payer. */
export interface HitCharge {
  unused: bigint;
  nodeShare: bigint;
  burnShare: bigint;
}

const ALL_BPS = 10_000n;

/** A part of the price, in basis points: rounded down, but never nothing. */
export function hitPrice(price: bigint, bps: number): bigint {
  const part = (price * BigInt(bps)) / ALL_BPS;
  return part > 0n ? part : 1n;
}

/** The charge splits as the price would have. */
export function hitCharge(
  { price, nodeShare, burnShare }: { price: bigint; nodeShare: bigint; burnShare: bigint },
  bps: number,
): HitCharge {
  const charged = hitPrice(price, bps);
  return {
    unused: price - charged,
    nodeShare: (nodeShare * charged) / price,
    burnShare: (burnShare * charged) / price,
  };
}
