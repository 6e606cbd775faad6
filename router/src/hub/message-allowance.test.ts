import { expect, test } from 'vitest';
import { createAllowance } from './message-allowance.ts';

test('a burst is spent, refills with time, and never beyond the burst', () => {
  let now = 0;
  const allowance = createAllowance({ messagesPerSecond: 2, messageBurst: 3 }, () => now);
  expect([1, 2, 3, 4].map(() => allowance.spend())).toEqual([true, true, true, false]);
  now = 500;
  expect([1, 2].map(() => allowance.spend())).toEqual([true, false]);
  now = 60_000;
  expect([1, 2, 3, 4].map(() => allowance.spend())).toEqual([true, true, true, false]);
});

test('what was asked for does not use up the ration', () => {
  const allowance = createAllowance({ messagesPerSecond: 0, messageBurst: 1 }, () => 0);
  allowance.grant(2);
  expect([1, 2, 3, 4].map(() => allowance.spend())).toEqual([true, true, true, false]);
});

test('a clock that goes back takes nothing away', () => {
  let now = 1000;
  const allowance = createAllowance({ messagesPerSecond: 1, messageBurst: 2 }, () => now);
  now = 0;
  expect(allowance.spend()).toBe(true);
});
