import { base, splitPrice, watt } from '@watt/shared';
import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { discountFor, pricePurchase, termsOf } from './discounts.ts';

const STEPS = [
  { from: watt(1000), bps: 500 },
  { from: watt(5000), bps: 1000 },
];

test.each([
  [0n, 0],
  [999_999_999n, 0],
  [1_000_000_000n, 500],
  [4_999_999_999n, 500],
  [5_000_000_000n, 1000],
])('a volume of %d base units gives %d basis points', (volume, bps) => {
  expect(discountFor(STEPS, volume)).toBe(bps);
});

it('rounds the discount down, so the smallest price stays one', () => {
  expect(termsOf(base(1n), 9000)).toEqual({ listPrice: 1n, discountBps: 9000, price: 1n });
  expect(termsOf(base(999n), 500).price).toBe(950n);
  expect(termsOf(watt(200), 500).price).toBe(watt(190));
});

it('splits the discounted price without losing a unit', () => {
  fc.assert(
    fc.property(fc.bigInt(1n, 10n ** 15n), fc.integer({ min: 0, max: 9000 }), (list, bps) => {
      const { price } = termsOf(base(list), bps);
      const split = splitPrice(price, { nodeBps: 7000, burnBps: 15 });
      expect(price).toBeGreaterThan(0n);
      expect(split.node + split.burn + split.revenue).toBe(price);
    }),
  );
});

it('prices a purchase as the same jobs one after the other', () => {
  fc.assert(
    fc.property(
      fc.bigInt(1n, 400_000_000n),
      fc.bigInt(0n, 6_000_000_000n),
      fc.integer({ min: 1, max: 300 }),
      (list, volume, quantity) => {
        let captured = volume;
        for (let job = 0; job < quantity; job += 1) {
          captured += termsOf(base(list), discountFor(STEPS, captured)).price;
        }
        const purchase = pricePurchase(STEPS, { listPrice: base(list), volume, quantity });
        expect(purchase.total).toBe(captured - volume);
      },
    ),
  );
});

it('says from which job on each discount holds', () => {
  const purchase = pricePurchase(STEPS, { listPrice: watt(200), volume: 0n, quantity: 100 });
  expect(purchase.steps).toEqual([
    { fromJob: 1, discountBps: 0, price: watt(200) },
    { fromJob: 6, discountBps: 500, price: watt(190) },
    { fromJob: 28, discountBps: 1000, price: watt(180) },
  ]);
  expect(purchase.listTotal).toBe(watt(20_000));
});
