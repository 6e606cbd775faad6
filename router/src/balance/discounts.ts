import { type BaseUnits, base } from '@watt/shared';
import type { BulkDiscount } from '../config/bulk-discounts.ts';

const BPS_ONE = 10_000n;

/** What one job costs a caller. Amounts in base units. */
export interface Terms {
  listPrice: BaseUnits;
  discountBps: number;
  price: BaseUnits;
}

/** The discount, in basis points, that a captured volume has reached. `steps` from the smallest. */
export function discountFor(steps: readonly BulkDiscount[], volume: bigint): number {
  return steps.findLast((step) => volume >= step.from)?.bps ?? 0;
}

/** The discount is rounded down to base units, so the price is rounded up, and never to nothing. */
export function termsOf(listPrice: BaseUnits, discountBps: number): Terms {
  const off = (listPrice * BigInt(discountBps)) / BPS_ONE;
  return { listPrice, discountBps, price: base(listPrice - off) };
}

/** A number of equal jobs bought one after the other. */
export interface Purchase {
  total: bigint;
  listTotal: bigint;
  /** What the last of them costs, and from which job on each discount holds. */
  last: Terms;
  steps: { fromJob: number; discountBps: number; price: bigint }[];
}

/** What `quantity` jobs cost a caller who has bought `volume` before: each job is priced by what was captured before it. */
export function pricePurchase(
  discounts: readonly BulkDiscount[],
  { listPrice, volume, quantity }: { listPrice: BaseUnits; volume: bigint; quantity: number },
): Purchase {
  const steps: Purchase['steps'] = [];
  let captured = volume;
  let done = 0;
  let last = termsOf(listPrice, discountFor(discounts, captured));
  while (done < quantity) {
    last = termsOf(listPrice, discountFor(discounts, captured));
    steps.push({ fromJob: done + 1, discountBps: last.discountBps, price: last.price });
    const next = discounts.find((step) => step.from > captured);
    const left = quantity - done;
    const untilNext = next ? Number((next.from - captured + last.price - 1n) / last.price) : left;
    const count = Math.min(left, untilNext);
    captured += last.price * BigInt(count);
    done += count;
  }
  return { total: captured - volume, listTotal: listPrice * BigInt(quantity), last, steps };
}
