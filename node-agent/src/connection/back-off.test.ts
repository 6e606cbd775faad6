import { expect, test } from 'vitest';
import { createBackOff } from './back-off.ts';

test('the ceiling doubles to its limit, the wait is anywhere below it, and a reset starts over', () => {
  const backOff = createBackOff({ minMs: 500, maxMs: 60_000, random: () => 0.5 });
  const waits = Array.from({ length: 10 }, () => backOff.next());
  expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  backOff.reset();
  expect(backOff.next()).toBe(250);
  expect(createBackOff({ minMs: 500, maxMs: 60_000, random: () => 0 }).next()).toBe(0);
});

test('a long wait is at least half of the longest', () => {
  const waits = [0, 0.999].map((value) =>
    createBackOff({ minMs: 1, maxMs: 1000, random: () => value }).long(),
  );
  expect(waits).toEqual([500, 1000]);
});
