import { expect, test } from 'vitest';
import { median, quantile } from './median.ts';

test.each([
  [[5], 5],
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[1, 1, 100], 1],
])('median of %j', (values, middle) => {
  expect(median(values)).toBe(middle);
});

test('quantiles lie between the ranks, and the values stay in their order', () => {
  const values = [40, 10, 30, 20, 50];
  expect([0, 0.25, 0.9, 1].map((q) => quantile(values, q))).toEqual([10, 20, 46, 50]);
  expect(values).toEqual([40, 10, 30, 20, 50]);
  expect(() => median([])).toThrow(RangeError);
});
