import { afterAll, beforeAll, expect, it } from 'vitest';
import { runRound } from '../../src/settlement/payout-worker.ts';
import { Killed, mortal } from './mortal.ts';
import { openWorld, type SettlementWorld } from './settlement-world.ts';

const EVERYTHING = { isTimeToCollect: true, isQueueNew: true };

let world: SettlementWorld;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

/** A node's earnings, a withdrawal, and one transaction that expires before its successor lands. Returns who is owed what. */
async function scene(): Promise<Map<string, bigint>> {
  const node = await world.node();
  await world.earn(node, { node: 1500n, burn: 3n });
  const [row] = await world.parts.sql<{ wallet: string }[]>`select wallet from nodes where id = ${node}`;
  const { wallet } = await world.withdraw(250n);
  return new Map([
    [row?.wallet ?? '', 1500n],
    [wallet, 250n],
  ]);
}

/** Rounds until all is over; whoever dies is followed by another process with the same tables. Returns the moments that passed. */
async function play(shouldDie: (moment: number) => boolean): Promise<string[]> {
  const moments: string[] = [];
  world.chain.faults.drop = 2;
  let process = mortal(world.parts, (moment) => shouldDie(moments.push(moment) - 1));
  for (let i = 0; i < 14; i += 1) {
    // The first transaction is lost for good: what follows is expiry and another attempt.
    if (i === 3) world.chain.faults.drop = 0;
    try {
      await runRound(process.parts, EVERYTHING);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      process = mortal(world.parts, () => false);
    }
    world.chain.advance(i < 3 ? 95 : 33);
  }
  return moments;
}

it('goes on after a death before and after every step, and everyone is paid once', async () => {
  await scene();
  const moments = await play(() => false);
  await world.assertSettled();
  const kinds = new Set(moments);
  for (const step of [
    'transaction',
    'send',
    'find',
    'finalizedTip',
    'simulate',
    'latestBlockhash',
    'recipientStates',
  ]) {
    expect(kinds).toContain(`before ${step}`);
    expect(kinds).toContain(`after ${step}`);
  }
  for (let death = 0; death < moments.length; death += 1) {
    const owed = await scene();
    await play((moment) => moment === death);
    await world.assertSettled().catch((cause: unknown) => {
      throw new Error(`after a death ${moments[death]} (${death})`, { cause });
    });
    for (const [wallet, amount] of owed) {
      expect(world.chain.received(wallet), `death ${moments[death]}`).toBe(amount);
    }
  }
  // Each scene burned its own share.
  expect(world.chain.burned()).toBe(3n * BigInt(moments.length + 1));
});
