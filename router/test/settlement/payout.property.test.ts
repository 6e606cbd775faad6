import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runRound } from '../../src/settlement/payout-worker.ts';
import { mortal } from './mortal.ts';
import { openWorld, type SettlementWorld } from './settlement-world.ts';

/** Rounds with faults, a few slots apart, then quiet ones until all is over. */
const WILD_ROUNDS = 70;
const QUIET_ROUNDS = 60;
const WITHDRAWALS = 22;
const RUNS = 10;

let world: SettlementWorld;
let random: () => number = Math.random;
beforeAll(async () => {
  world = await openWorld(() => random());
});
afterAll(() => world.close());

const rate = (max: number) => fc.double({ min: 0, max, noNaN: true });

// As a Monte-Carlo of 10 × 23 payouts: what is signed anew too early pays twice here within a few runs.
it('pays everyone once under lost and late sends, lagging nodes, forks, deaths and two workers without a lock', async () => {
  let payouts = 0;
  let attempts = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
        drop: fc.constantFrom(0.3, 0.8, 0.9, 0.95),
        late: fc.constantFrom(0, 0.4, 1),
        lateSlots: fc.constantFrom(20, 150, 200),
        stale: rate(0.5),
        staleSlots: fc.integer({ min: 1, max: 60 }),
        orphan: rate(0.02),
        hide: fc.constantFrom(0, 0.3, 1),
        death: rate(0.06),
      }),
      async ({ seed, death, ...faults }) => {
        random = mulberry(seed);
        Object.assign(world.chain.faults, faults);
        const node = await world.node();
        await world.earn(node, { node: 1500n, burn: 3n });
        const owed = new Map<string, bigint>();
        for (let i = 0; i < WILD_ROUNDS; i += 1) {
          const amount = BigInt(100 + i);
          if (i < WITHDRAWALS) owed.set((await world.withdraw(amount)).wallet, amount);
          await twoWorkers(() => random() < death / 10);
          world.chain.advance(1 + Math.floor(random() * 12));
        }
        Object.assign(world.chain.faults, { drop: 0, late: 0, stale: 0, orphan: 0, hide: 0 });
        for (let i = 0; i < QUIET_ROUNDS && !(await isOver()); i += 1) {
          await twoWorkers(() => false);
          world.chain.advance(20);
        }
        await world.assertSettled();
        for (const [wallet, amount] of owed) expect(world.chain.received(wallet)).toBe(amount);
        const rows = await world.attempts();
        payouts += owed.size + 1;
        attempts = rows.length;
      },
    ),
    // The world goes on from run to run, so a smaller example would be another story.
    { numRuns: RUNS, endOnFailure: true },
  );
  expect(payouts).toBeGreaterThanOrEqual(200);
  // Some transactions did expire, or the test has shown nothing.
  expect(attempts).toBeGreaterThan((RUNS * (WITHDRAWALS + 1)) / 12);
});

/** What dies, or meets the other on a constraint, has done what it had committed and no more. */
async function twoWorkers(shouldDie: () => boolean): Promise<void> {
  const workers = [mortal(world.parts, shouldDie), mortal(world.parts, shouldDie)];
  await Promise.allSettled(
    workers.map(({ parts }) => runRound(parts, { isTimeToCollect: true, isQueueNew: true })),
  );
}

async function isOver(): Promise<boolean> {
  const payouts = await world.payouts();
  return payouts.every(({ state }) => state === 'paid' || state === 'returned');
}

/** A small seeded generator, so that a failure can be played again. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
