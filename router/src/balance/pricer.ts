import type { BaseUnits } from '@watt/shared';
import type { BulkDiscount } from '../config/bulk-discounts.ts';
import type { CapturedVolume } from './captured-volume.ts';
import { discountFor, type Purchase, pricePurchase, type Terms, termsOf } from './discounts.ts';

/** Prices jobs for callers: the list price, less what the volume of a known wallet gives. */
export interface Pricer {
  readonly discounts: readonly BulkDiscount[];
  /** `wallet` is null for a caller that is not known. */
  terms(listPrice: BaseUnits, wallet: string | null): Promise<Terms>;
  purchase(listPrice: BaseUnits, wallet: string | null, quantity: number): Promise<Purchase>;
}

export function createPricer(discounts: readonly BulkDiscount[], volumeOf: CapturedVolume): Pricer {
  const volume = async (wallet: string | null): Promise<bigint> =>
    wallet === null || discounts.length === 0 ? 0n : volumeOf(wallet);
  return {
    discounts,
    terms: async (listPrice, wallet) => termsOf(listPrice, discountFor(discounts, await volume(wallet))),
    purchase: async (listPrice, wallet, quantity) =>
      pricePurchase(discounts, { listPrice, volume: await volume(wallet), quantity }),
  };
}
