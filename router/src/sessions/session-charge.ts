import { base, type Shares, splitPrice } from '@watt/shared';

const MINUTE_MS = 60_000;

/** A session that was ready. Times in Unix milliseconds, by this router's clock; amounts in base units. */
export interface RunSession {
  price: bigint;
  /** What was booked for the price. */
  minutes: number;
  readyAt: number;
  endedAt: number;
  /** The shares of the whole price, as they were agreed. */
  nodeShare: bigint;
  burnShare: bigint;
}

/** What of the price is not charged, and the shares of what is. */
export interface SessionCharge {
  minutes: number;
  unused: bigint;
  nodeShare: bigint;
  burnShare: bigint;
}

/** The minutes that were begun: at least one, and never more than were booked. */
export function minutesBegun({
  minutes,
  readyAt,
  endedAt,
}: Omit<RunSession, 'price' | 'nodeShare' | 'burnShare'>): number {
  return Math.min(minutes, Math.max(1, Math.ceil((endedAt - readyAt) / MINUTE_MS)));
}

/** So many of the booked minutes, in base units and rounded down; all of them cost the whole price. */
export function costOfMinutes(
  begun: number,
  { price, minutes }: Pick<RunSession, 'price' | 'minutes'>,
): bigint {
  const cost = (price * BigInt(begun)) / BigInt(minutes);
  return cost > 0n ? cost : 1n;
}

/** Charges the minutes that were begun. No share is above the one that was agreed for the whole price, whatever the shares are by now. */
export function sessionCharge(session: RunSession, shares: Shares): SessionCharge {
  const begun = minutesBegun(session);
  const charged = costOfMinutes(begun, session);
  const unused = session.price - charged;
  const { nodeShare, burnShare } = session;
  if (unused === 0n) return { minutes: begun, unused, nodeShare, burnShare };
  const { node, burn } = splitPrice(base(charged), shares);
  return { minutes: begun, unused, nodeShare: least(node, nodeShare), burnShare: least(burn, burnShare) };
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
