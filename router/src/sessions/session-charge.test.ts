import { base, splitPrice } from '@watt/shared';
import { describe, expect, it } from 'vitest';
import { costOfMinutes, minutesBegun, sessionCharge } from './session-charge.ts';

const SHARES = { nodeBps: 7000, burnBps: 15 };
const MINUTE = 60_000;

function session(minutes: number, price: bigint, ranMs: number) {
  const { node, burn } = splitPrice(base(price), SHARES);
  return { minutes, price, readyAt: 1000, endedAt: 1000 + ranMs, nodeShare: node, burnShare: burn };
}

describe('the minutes begun', () => {
  it.each([
    [-5000, 1],
    [0, 1],
    [1, 1],
    [MINUTE, 1],
    [MINUTE + 1, 2],
    [9.5 * MINUTE, 10],
    [10 * MINUTE, 10],
    [500 * MINUTE, 10],
  ])('of %i ms are %i of 10', (ranMs, begun) => {
    expect(minutesBegun(session(10, 1n, ranMs))).toBe(begun);
  });
});

describe('the charge', () => {
  it.each([
    // price, minutes, begun, cost
    [5_000_000_000n, 10, 3, 1_500_000_000n],
    [5_000_000_000n, 10, 10, 5_000_000_000n],
    // A discount leaves a price that no number of minutes divides.
    [100n, 7, 1, 14n],
    [100n, 7, 6, 85n],
    [100n, 7, 7, 100n],
    [3n, 10, 1, 1n],
  ])('of %i for %i minutes is for %i of them %i', (price, minutes, begun, cost) => {
    expect(costOfMinutes(begun, { price, minutes })).toBe(cost);
  });

  it('adds up with what is not used, and shares no more than was agreed', () => {
    for (let minutes = 1; minutes <= 60; minutes += 7) {
      for (const price of [1n, 59n, 60n, 999_999n, 5_000_000_001n]) {
        for (let begun = 1; begun <= minutes; begun += 1) {
          const agreed = session(minutes, price, begun * MINUTE);
          const { unused, nodeShare, burnShare, minutes: charged } = sessionCharge(agreed, SHARES);
          expect(charged).toBe(begun);
          expect(unused).toBe(price - costOfMinutes(begun, { price, minutes }));
          expect(unused).toBeLessThan(price);
          const { node, burn } = splitPrice(base(price - unused), SHARES);
          expect([nodeShare, burnShare]).toEqual([node, burn]);
          expect(nodeShare <= agreed.nodeShare && burnShare <= agreed.burnShare).toBe(true);
        }
      }
    }
  });

  it('leaves the agreed shares as a bound when the configuration has changed since', () => {
    const agreed = session(10, 1000n, MINUTE);
    const generous = { nodeBps: 9900, burnBps: 100 };
    expect(sessionCharge({ ...agreed, nodeShare: 50n, burnShare: 0n }, generous)).toMatchObject({
      unused: 900n,
      nodeShare: 50n,
      burnShare: 0n,
    });
    expect(sessionCharge({ ...agreed, endedAt: agreed.readyAt + 10 * MINUTE }, generous)).toMatchObject({
      unused: 0n,
      nodeShare: agreed.nodeShare,
      burnShare: agreed.burnShare,
    });
  });
});
