/**
 * Money is a `bigint` in base units of the token and nothing else: 1 WATT = 1 000 000 base units (Token-2022 mint with
 * 6 decimals). Text and JSON numbers exist only at the edges and pass through this file.
 */
export type BaseUnits = bigint & { readonly __unit: 'watt-base' };

export const WATT_DECIMALS = 6;
export const BASE_PER_WATT = 1_000_000n;
const BPS_ONE = 10_000n;
const MAX_BASE = 2n ** 63n - 1n;

/** Brands a count of base units. Throws a RangeError outside 0 … 2^63-1, the range of a Postgres bigint. */
export function base(units: bigint): BaseUnits {
  if (units < 0n || units > MAX_BASE) throw new RangeError(`${units} is not an amount of base units`);
  return units as BaseUnits;
}

/** Whole WATT to base units: `watt(200)` is 200 000 000. */
export function watt(whole: number | bigint): BaseUnits {
  return base(BigInt(whole) * BASE_PER_WATT);
}

/** Reads a decimal string such as `"0.3"` or `"200"`; at most 6 decimals, no sign, no exponent. Returns null for anything else. */
export function parseWatt(text: string): BaseUnits | null {
  const match = /^(\d{1,13})(?:\.(\d{1,6}))?$/.exec(text);
  if (!match) return null;
  const units = BigInt(match[1] ?? '0') * BASE_PER_WATT + BigInt((match[2] ?? '').padEnd(WATT_DECIMALS, '0'));
  return units > MAX_BASE ? null : base(units);
}

/** Exact decimal string without trailing zeros: 300 000 base units is `"0.3"`. */
export function formatWatt(units: bigint): string {
  const sign = units < 0n ? '-' : '';
  const size = units < 0n ? -units : units;
  const fraction = (size % BASE_PER_WATT).toString().padStart(WATT_DECIMALS, '0').replace(/0+$/, '');
  return `${sign}${size / BASE_PER_WATT}${fraction ? `.${fraction}` : ''}`;
}

/** The specification's JSON number (`watt_burned: 0.3`). For display only: never computed with. */
export function wattNumber(units: bigint): number {
  return Number(formatWatt(units));
}

export interface Shares {
  /** The node's share in basis points, e.g. 7000. */
  nodeBps: number;
  /** The burned share in basis points, e.g. 15. */
  burnBps: number;
}

export interface Split {
  node: BaseUnits;
  burn: BaseUnits;
  revenue: BaseUnits;
}

export const DEFAULT_SHARES: Shares = { nodeBps: 7000, burnBps: 15 };

/** Splits a price. Node and burn are floored and revenue is the remainder, so the parts always add up to the price. */
export function splitPrice(price: BaseUnits, shares: Shares): Split {
  const node = base((price * BigInt(shares.nodeBps)) / BPS_ONE);
  const burn = base((price * BigInt(shares.burnBps)) / BPS_ONE);
  return { node, burn, revenue: base(price - node - burn) };
}
