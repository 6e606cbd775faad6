import { expect, test } from 'vitest';
import { createDemand } from './demand.ts';

test('what comes together counts together, what comes one after the other does not', () => {
  const demand = createDemand<string>();
  for (let at = 0; at < 16; at += 1) demand.note('burst', at);
  for (let at = 0; at < 16; at += 1) demand.note('steady', at * 5_000);
  expect(Math.round(demand.bursts(80_000).get('steady') ?? 0)).toBe(1);
  expect(demand.bursts(100).get('burst')).toBeCloseTo(16, 1);
});

test('a burst stays for a while, then fades, a larger one counts anew, and at last it is forgotten', () => {
  const demand = createDemand<string>();
  for (let at = 0; at < 8; at += 1) demand.note('a', 0);
  expect(demand.bursts(300_000).get('a')).toBe(8);
  expect(demand.bursts(600_000).get('a')).toBe(4);
  for (let at = 0; at < 6; at += 1) demand.note('a', 600_000);
  expect(demand.bursts(600_000).get('a')).toBe(6);
  expect(demand.bursts(3_000_000).size).toBe(0);
});
