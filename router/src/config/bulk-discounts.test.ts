import { expect, it, test } from 'vitest';
import { parseBulkDiscounts } from './bulk-discounts.ts';

it('reads steps in any order, from the smallest', () => {
  expect(parseBulkDiscounts(' 100000:1000, 10000.5:500 ,')).toEqual([
    { from: 10_000_500_000n, bps: 500 },
    { from: 100_000_000_000n, bps: 1000 },
  ]);
  expect(parseBulkDiscounts('')).toEqual([]);
});

test.each([
  ['10000', /"10000" is not WATT:BASIS_POINTS/],
  ['1.2.3:5', /not WATT/],
  ['0:500', /begins at 0/],
  ['1:0', /1 to 9000/],
  ['1:9001', /1 to 9000/],
  ['1:5,1:6', /two steps/],
  ['1:500,2:500', /less for more/],
])('refuses %s', (text, fault) => {
  expect(() => parseBulkDiscounts(text)).toThrow(fault);
});

it('names every fault at once', () => {
  expect(() => parseBulkDiscounts('x,1:0,5:100,6:50')).toThrow(/"x".*"1:0".*less for more/);
});
