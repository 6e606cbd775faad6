import { base, splitPrice } from '@watt/shared';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hitCharge, hitPrice } from './hit-charge.ts';

it.each([
  [200_000_000n, 2000, 40_000_000n],
  [190_000_000n, 2000, 38_000_000n],
  [9n, 2000, 1n],
  [4n, 2000, 1n],
  [1n, 1, 1n],
  [1n, 10_000, 1n],
  [300_000_001n, 10_000, 300_000_001n],
])('of a price of %d, %d basis points are %d', (price, bps, charged) => {
  expect(hitPrice(price, bps)).toBe(charged);
});

it('splits as the price was split', () => {
  const job = { price: 200_000_000n, nodeShare: 140_000_000n, burnShare: 300_000n };
  expect(hitCharge(job, 2000)).toEqual({ unused: 160_000_000n, nodeShare: 28_000_000n, burnShare: 60_000n });
});

it('is never nothing nor more than the price, and its shares are within it and within those of the price', () => {
  const price = fc.bigInt({ min: 1n, max: 10n ** 15n });
  const bps = fc.integer({ min: 1, max: 10_000 });
  fc.assert(
    fc.property(price, bps, fc.integer({ min: 0, max: 10_000 }), (whole, hitBps, nodeBps) => {
      const { node, burn } = splitPrice(base(whole), { nodeBps, burnBps: 10_000 - nodeBps });
      const { unused, nodeShare, burnShare } = hitCharge(
        { price: whole, nodeShare: node, burnShare: burn },
        hitBps,
      );
      const charged = whole - unused;
      expect(charged > 0n && charged <= whole).toBe(true);
      expect(nodeShare >= 0n && burnShare >= 0n && nodeShare + burnShare <= charged).toBe(true);
      expect(nodeShare <= node && burnShare <= burn).toBe(true);
    }),
  );
});
