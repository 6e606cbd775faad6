import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AccountId, claimCredit, creditPayments } from '../../src/ledger/ledger.ts';
import { collectOnDemand } from '../../src/settlement/collect.ts';
import { runRound } from '../../src/settlement/payout-worker.ts';
import {
  listHeldPayouts,
  putBackPayout,
  refundCredit,
  returnPayout,
} from '../../src/settlement/settlement.ts';
import { openWorld, type SettlementWorld } from './settlement-world.ts';

// The chain of these tests draws nothing but ones.
const ALWAYS = 2;

let world: SettlementWorld;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const round = () => runRound(world.parts, { isTimeToCollect: true, isQueueNew: true });
/** Rounds, some slots apart, until finality. */
const settle = async (rounds = 4): Promise<void> => {
  for (let i = 0; i < rounds; i += 1) {
    await round();
    world.chain.advance(33);
  }
  await round();
};
const states = async () => (await world.payouts()).map(({ kind, state }) => `${kind} ${state}`).sort();
const attemptStates = async () => (await world.attempts()).map(({ state }) => state);
const queueWait = async () => {
  const [row] = await world.parts.sql<{ code: string }[]>`
    select code from payout_waits where account = ${world.parts.accounts.payout_inflight}`;
  return row?.code ?? null;
};
const walletOf = async (node: string) => {
  const [row] = await world.parts.sql<{ wallet: string }[]>`select wallet from nodes where id = ${node}`;
  return row?.wallet ?? '';
};
const accountOf = async (node: string) => {
  const [row] = await world.parts.sql<
    { id: AccountId }[]
  >`select id from accounts where kind = 'node' and owner = ${node}`;
  return row?.id as AccountId;
};

describe('nodes', () => {
  it('are paid what they earned, together with the burn, and booked when it is final', async () => {
    const nodes = await Promise.all([world.node(), world.node()]);
    for (const node of nodes) await world.earn(node, { node: 1500n, burn: 3n });
    await round();
    expect(await states()).toEqual(['burn batched', 'node batched', 'node batched']);
    expect(await attemptStates()).toEqual(['live']);
    world.chain.advance(5);
    await round();
    // Landed is not paid: a fork may still take it back.
    expect(await states()).toEqual(['burn batched', 'node batched', 'node batched']);
    world.chain.advance(32);
    await round();
    expect(await states()).toEqual(['burn paid', 'node paid', 'node paid']);
    for (const node of nodes) expect(world.chain.received(await walletOf(node))).toBe(1500n);
    expect(world.chain.burned()).toBe(6n);
    expect(world.chain.landed.size).toBe(1);
    await world.assertSettled();
  });

  it('wait for the threshold, or for the day to pass, and never for less than the least', async () => {
    const [few, least] = [await world.node(), await world.node()];
    await world.earn(few, { node: 999n });
    await world.earn(least, { node: 9n });
    await settle();
    expect(await states()).toEqual([]);
    world.parts.clock = () => Date.now() + world.parts.rules.intervalMs;
    await settle();
    expect(await states()).toEqual(['node paid']);
    expect(world.chain.received(await walletOf(few))).toBe(999n);
    await world.assertSettled();
  });

  it('on demand wait for neither', async () => {
    const node = await world.node();
    await world.earn(node, { node: 50n });
    const account = await accountOf(node);
    const tries = await Promise.all(Array.from({ length: 6 }, () => collectOnDemand(world.parts, account)));
    expect(tries.filter(Boolean)).toHaveLength(1);
    await settle();
    expect(world.chain.received(await walletOf(node))).toBe(50n);
    expect(await collectOnDemand(world.parts, account)).toBe(false);
    await world.assertSettled();
  });

  it('are paid nothing that may rest on a payment which is not final', async () => {
    const node = await world.node();
    await world.earn(node, { node: 2000n, burn: 4n });
    const payer = await world.deposit(5000n, 'confirmed');
    await world.earn(node, { node: 3000n, burn: 6n, payer });
    await settle();
    expect(world.chain.received(await walletOf(node))).toBe(2000n);
    expect(world.chain.burned()).toBe(4n);
    await world.parts.sql`update chain_credits set status = 'finalized' where status = 'confirmed'`;
    await settle();
    expect(world.chain.received(await walletOf(node))).toBe(5000n);
    expect(world.chain.burned()).toBe(10n);
    await world.assertSettled();
  });

  it.each([
    ['has no token account', 'missing', 'no_token_account'],
    ['has a frozen one', 'frozen', 'token_account_frozen'],
    ['gave it away', 'foreign', 'token_account_foreign'],
    ['is our own', 'own', 'own_wallet'],
  ] as const)('whose wallet %s keep their money, with the reason', async (_, state, code) => {
    const node = await world.node();
    await world.earn(node, { node: 1500n });
    const wallet = await walletOf(node);
    world.chain.states.set(wallet, state);
    await settle();
    expect(await states()).toEqual([]);
    const [wait] = await world.parts
      .sql`select code from payout_waits where account = ${await accountOf(node)}`;
    expect(wait).toEqual({ code });
    world.chain.states.set(wallet, 'ready');
    await settle();
    expect(world.chain.received(wallet)).toBe(1500n);
    expect(await world.parts.sql`select 1 from payout_waits`).toHaveLength(0);
    await world.assertSettled();
  });

  it('get their burn burned alone when nobody is paid for a day', async () => {
    const node = await world.node(null);
    await world.earn(node, { node: 1500n, burn: 7n });
    await settle();
    expect(world.chain.burned()).toBe(0n);
    world.parts.clock = () => Date.now() + world.parts.rules.intervalMs;
    await settle();
    expect(world.chain.burned()).toBe(7n);
    await world.assertSettled();
  });
});

describe('a transaction', () => {
  it('carries at most 12 transfers, each under a memo of its own', async () => {
    const all = [];
    for (let i = 0; i < 30; i += 1) all.push(await world.withdraw(100n + BigInt(i)));
    await settle();
    const orders = [...world.chain.landed.values()].map((landed) => landed.order);
    expect(orders.map((order) => order.transfers.length).sort()).toEqual([12, 12, 6]);
    expect(new Set(orders.map((order) => order.memo)).size).toBe(3);
    for (const [i, { wallet }] of all.entries()) expect(world.chain.received(wallet)).toBe(100n + BigInt(i));
    await world.assertSettled();
  });

  it('that is lost is sent again, the same bytes, and never signed anew while it may land', async () => {
    await world.withdraw(100n);
    world.chain.faults.drop = ALWAYS;
    await round();
    for (let i = 0; i < 18; i += 1) {
      world.chain.advance(10);
      await round();
    }
    // 180 slots after signing: too old at the newest height, not at the finalized one.
    expect(await attemptStates()).toEqual(['live']);
    expect(world.chain.sent.size).toBe(1);
    expect(world.chain.sends).toBeGreaterThan(10);
  });

  it('that can never land is followed by another of the same batch and memo', async () => {
    const { wallet } = await world.withdraw(100n);
    world.chain.faults.drop = ALWAYS;
    await round();
    world.chain.advance(190);
    world.chain.faults.drop = 0;
    await settle();
    const attempts = await world.attempts();
    expect(attempts.map(({ state }) => state)).toEqual(['expired', 'finalized']);
    expect(new Set(attempts.map(({ batch }) => batch)).size).toBe(1);
    expect(new Set([...world.chain.sent.values()].map(({ order }) => order.memo)).size).toBe(1);
    expect(world.chain.received(wallet)).toBe(100n);
    await world.assertSettled();
  });

  it('is not given up on the word of a node that lags', async () => {
    await world.withdraw(100n);
    await round();
    world.chain.advance(190);
    const { find } = world.chain;
    // It landed; this replica has not seen the slot.
    world.chain.find = async () => ({ known: 'unsure' });
    await round();
    await round();
    expect(await attemptStates()).toEqual(['live']);
    world.chain.find = find;
    await settle();
    expect(await attemptStates()).toEqual(['finalized']);
    await world.assertSettled();
  });

  it('is not given up while our own watcher has it on record', async () => {
    await world.withdraw(100n);
    await round();
    const [attempt] = await world.attempts();
    world.chain.advance(190);
    const { find } = world.chain;
    world.chain.find = async () => ({ known: 'unknown' });
    await world.parts.sql`insert into chain_debits (signature, slot, amount, status)
      values (${attempt?.signature ?? ''}, 1, 100, 'confirmed')`;
    await round();
    expect(await attemptStates()).toEqual(['live']);
    world.chain.find = find;
    await settle();
    await world.assertSettled();
  });

  it('that a fork takes back lands again, by the same bytes', async () => {
    const { wallet } = await world.withdraw(100n);
    await round();
    world.chain.advance(5);
    await round();
    world.chain.landed.clear();
    await settle();
    expect(world.chain.sent.size).toBe(1);
    expect(world.chain.received(wallet)).toBe(100n);
    await world.assertSettled();
  });

  it.each([
    ['its simulation refuses', 'refusing'],
    ['it lands and fails', 'failing'],
  ] as const)('is halved when %s, until the bad payout is alone and held', async (_, kind) => {
    const all = [];
    for (let i = 0; i < 12; i += 1) all.push(await world.withdraw(100n));
    const bad = all[7];
    world.chain[kind].add(bad?.wallet ?? '');
    await settle(8);
    const payouts = await world.payouts();
    expect(payouts.filter(({ state }) => state === 'paid')).toHaveLength(11);
    const held = payouts.find(({ state }) => state === 'held');
    expect(held).toMatchObject({
      wallet: bad?.wallet,
      reason: expect.stringMatching(/^transaction_refused: /),
    });
    expect(world.chain.received(bad?.wallet ?? '')).toBe(0n);

    world.chain[kind].clear();
    expect(await putBackPayout(world.parts.sql, bad?.id ?? '')).toBe(true);
    expect(await putBackPayout(world.parts.sql, bad?.id ?? '')).toBe(false);
    await settle();
    for (const { wallet } of all) expect(world.chain.received(wallet)).toBe(100n);
    await world.assertSettled();
  });

  it('that fails for our own sake is not halved and holds nobody', async () => {
    await world.withdraw(100n);
    await world.withdraw(100n);
    world.chain.simulationError = 'BlockhashNotFound';
    await settle();
    expect(await states()).toEqual(['withdrawal batched', 'withdrawal batched']);
    expect(await queueWait()).toBe('not_possible_now');
    world.chain.simulationError = null;
    await settle();
    expect(await queueWait()).toBeNull();
    await world.assertSettled();
  });
});

describe('nothing leaves', () => {
  it('while there is a freeze, and what was signed before is followed to its end', async () => {
    const { sql } = world.parts;
    const first = await world.withdraw(100n);
    await round();
    await sql`insert into payout_freezes (cause, detail) values ('operator', 'looking')`;
    const second = await world.withdraw(200n);
    await settle();
    expect(world.chain.received(first.wallet)).toBe(100n);
    expect(world.chain.received(second.wallet)).toBe(0n);
    expect(await queueWait()).toBe('payouts_frozen');
    await sql`update payout_freezes set released_at = now(), release = 'me: it was nothing'`;
    await settle();
    expect(world.chain.received(second.wallet)).toBe(200n);
    await world.assertSettled();
  });

  it('when the freeze comes between packing and signing', async () => {
    const { wallet } = await world.withdraw(100n);
    const { latestBlockhash } = world.chain;
    world.chain.latestBlockhash = async () => {
      await world.parts.sql`insert into payout_freezes (cause, detail) values ('operator', 'looking')`;
      return latestBlockhash();
    };
    await round();
    expect(world.chain.sent.size).toBe(0);
    expect(await attemptStates()).toEqual([]);
    world.chain.latestBlockhash = latestBlockhash;
    await world.parts.sql`update payout_freezes set released_at = now(), release = 'me: it was nothing'`;
    await settle();
    expect(world.chain.received(wallet)).toBe(100n);
  });

  it('beyond what our account holds, finalized', async () => {
    await world.withdraw(100n);
    world.chain.deposited -= 1n;
    await settle();
    expect(await states()).toEqual(['withdrawal queued']);
    expect(await queueWait()).toBe('no_tokens');
    world.chain.deposited += 1n;
    await settle();
    await world.assertSettled();
  });

  it('for a fee that is too large a share, until more joins it', async () => {
    world.parts.rules = { ...world.parts.rules, lamportsPerWatt: 1_000_000, feeMaxBps: 100 };
    // 5000 lamports are 1 % of 0.5 WATT.
    await world.withdraw(499_999n);
    await settle();
    expect(await queueWait()).toBe('fee_too_high');
    await world.withdraw(1n);
    await settle();
    expect(await states()).toEqual(['withdrawal paid', 'withdrawal paid']);
    await world.assertSettled();
  });

  it('for a fee that they are not worth, and hold up nobody who is', async () => {
    world.parts.rules = { ...world.parts.rules, lamportsPerWatt: 1_000_000, feeMaxBps: 100 };
    // More than are read at a time, and each of them older.
    for (let index = 0; index < 125; index += 1) await world.withdraw(1n);
    const { wallet } = await world.withdraw(2_000_000n);
    await settle();
    expect(world.chain.received(wallet)).toBe(2_000_000n);
    expect((await states()).filter((state) => state === 'withdrawal paid')).toHaveLength(12);
    expect(await queueWait()).toBe('fee_too_high');
  });

  it('without SOL for the fee', async () => {
    await world.withdraw(100n);
    world.chain.lamports = 890_880n;
    await settle();
    expect(await queueWait()).toBe('no_sol');
    expect(world.chain.sent.size).toBe(0);
    world.chain.lamports = 1_000_000_000n;
    await settle();
    await world.assertSettled();
  });
});

describe('a held payout', () => {
  it('waits for its wallet, and goes when that can receive', async () => {
    const { wallet } = await world.withdraw(100n);
    world.chain.states.set(wallet, 'missing');
    await settle();
    expect(await world.payouts()).toMatchObject([
      { state: 'held', reason: expect.stringMatching(/^no_token_account: /) },
    ]);
    world.chain.states.delete(wallet);
    await settle();
    expect(world.chain.received(wallet)).toBe(100n);
    await world.assertSettled();
  });

  it('goes back to a node that has named another wallet, and is paid there', async () => {
    const { sql } = world.parts;
    const node = await world.node();
    await world.earn(node, { node: 1500n });
    const old = await walletOf(node);
    const account = await accountOf(node);
    expect(await collectOnDemand(world.parts, account)).toBe(true);
    world.chain.states.set(old, 'missing');
    await settle();
    expect(await states()).toEqual(['node held']);
    const wallet = `wallet-${randomUUID()}`;
    await sql`update nodes set wallet = ${wallet} where id = ${node}`;
    await settle();
    expect(world.chain.received(old)).toBe(0n);
    expect(world.chain.received(wallet)).toBe(1500n);
    await world.assertSettled();
  });

  it('is returned by the operator once, and what may have been sent never', async () => {
    const { sql, accounts } = world.parts;
    const { id, wallet } = await world.withdraw(100n);
    const other = await world.withdraw(100n);
    world.chain.states.set(wallet, 'frozen');
    await round();
    const results = await Promise.all(Array.from({ length: 5 }, () => returnPayout(sql, accounts, id)));
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(await returnPayout(sql, accounts, other.id)).toBe(false);
    await expect(
      sql`update payouts set state = 'queued', batch_id = null where id = ${other.id}`,
    ).rejects.toThrow(/may have been sent/);
    await settle();
    expect(world.chain.received(other.wallet)).toBe(100n);
    await world.assertSettled();
  });
});

describe('a payment without a clear payer', () => {
  const arrive = async (amount: bigint, status: string): Promise<string> => {
    const { sql, accounts } = world.parts;
    const signature = randomUUID();
    await sql`insert into chain_credits (signature, slot, amount, payer_signed, status)
      values (${signature}, 1, ${amount}, false, ${status})`;
    await creditPayments(sql, accounts, [{ signature, amount, payer: null }]);
    world.chain.deposited += amount;
    return signature;
  };

  it('is refunded on chain once, and then cannot be claimed', async () => {
    const { sql, accounts } = world.parts;
    const signature = await arrive(700n, 'finalized');
    const wallet = `wallet-${randomUUID()}`;
    const refunds = await Promise.all(
      Array.from({ length: 5 }, () => refundCredit(sql, accounts, { signature, wallet })),
    );
    expect(refunds.filter((id) => id !== null)).toHaveLength(1);
    expect(await claimCredit(sql, accounts, { signature, wallet: 'another' })).toBe(false);
    await settle();
    expect(world.chain.received(wallet)).toBe(700n);
    expect(await states()).toEqual(['refund paid']);
    await world.assertSettled();
  });

  it('is not refunded before it is final, nor when it had a payer or was claimed', async () => {
    const { sql, accounts } = world.parts;
    const open = await arrive(700n, 'confirmed');
    expect(await refundCredit(sql, accounts, { signature: open, wallet: 'w' })).toBeNull();
    await world.deposit(50n);
    const [paid] = await sql<
      { signature: string }[]
    >`select signature from chain_credits where payer is not null`;
    expect(await refundCredit(sql, accounts, { signature: paid?.signature ?? '', wallet: 'w' })).toBeNull();
    const claimed = await arrive(10n, 'finalized');
    await claimCredit(sql, accounts, { signature: claimed, wallet: 'w' });
    expect(await refundCredit(sql, accounts, { signature: claimed, wallet: 'w' })).toBeNull();
  });

  it('to a wallet that cannot receive waits with the reason, and goes to its balance when returned', async () => {
    const { sql, accounts } = world.parts;
    const signature = await arrive(700n, 'finalized');
    const wallet = `wallet-${randomUUID()}`;
    world.chain.states.set(wallet, 'missing');
    const id = await refundCredit(sql, accounts, { signature, wallet });
    await settle();
    expect(await listHeldPayouts(sql)).toMatchObject([
      { id, kind: 'refund', amount: 700n, reason: expect.stringMatching(/^no_token_account: /) },
    ]);
    expect(await returnPayout(sql, accounts, id ?? '')).toBe(true);
    const [row] = await sql`select balance from accounts where kind = 'customer' and owner = ${wallet}`;
    expect(row).toEqual({ balance: 700n });
    await world.assertSettled();
  });
});
