import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { base, formatWatt, parseWatt, splitPrice, watt, wattNumber } from './money.ts';

const amounts = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const shares = fc
  .tuple(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 0, max: 10_000 }))
  .filter(([nodeBps, burnBps]) => nodeBps + burnBps <= 10_000)
  .map(([nodeBps, burnBps]) => ({ nodeBps, burnBps }));

describe('base units', () => {
  test('what is written is read back', () => {
    fc.assert(
      fc.property(amounts, (units) => {
        expect(parseWatt(formatWatt(units))).toBe(units);
      }),
    );
  });

  test('any text is refused or read exactly', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789.-+e ') }), (text) => {
        const units = parseWatt(text);
        if (units === null) return;
        const [whole = '', fraction = ''] = text.split('.');
        expect(units).toBe(BigInt(whole + fraction.padEnd(6, '0')));
      }),
    );
  });

  test('negative differences are written with their sign', () => {
    expect(formatWatt(-300_000n)).toBe('-0.3');
  });

  test.each([-1n, 2n ** 63n])('%s is out of range', (units) => {
    expect(() => base(units)).toThrow(RangeError);
  });

  test('whole WATT and the JSON number', () => {
    expect(watt(200)).toBe(200_000_000n);
    expect(wattNumber(300_000n)).toBe(0.3);
    expect(wattNumber(200_000_000n)).toBe(200);
  });
});

describe('splitPrice', () => {
  test('the parts add up, none is negative, none is above its share', () => {
    fc.assert(
      fc.property(amounts, shares, (price, bps) => {
        const { node, burn, revenue } = splitPrice(base(price), bps);
        expect(node + burn + revenue).toBe(price);
        expect(node * 10_000n).toBeLessThanOrEqual(price * BigInt(bps.nodeBps));
        expect(burn * 10_000n).toBeLessThanOrEqual(price * BigInt(bps.burnBps));
        expect(revenue).toBeGreaterThanOrEqual(0n);
      }),
    );
  });

  test('shares above the whole are refused rather than paid', () => {
    expect(() => splitPrice(watt(100), { nodeBps: 9_000, burnBps: 2_000 })).toThrow(RangeError);
  });
});
