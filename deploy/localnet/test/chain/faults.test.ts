import { Keypair } from '@solana/web3.js';
import { expect, it } from 'vitest';
import { call, callJson, connect, openDevChain, signTransfer } from './dev-chain.ts';

const STILL = { slotMs: 3_600_000 };

/** A small seeded generator (mulberry32), so that a fault drawn once is drawn always. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

it('answers late, for one method or for all', async () => {
  const { chain } = await openDevChain(STILL);
  const msOf = async (method: string) => {
    const start = performance.now();
    await call(chain, method, []);
    return performance.now() - start;
  };
  chain.faults.byMethod = { getSlot: { lagMs: 600 } };
  expect(await msOf('getSlot')).toBeGreaterThanOrEqual(590);
  // An hour would be beyond this test: the lag is for the one method alone.
  chain.faults.byMethod = { getSlot: { lagMs: 3_600_000 } };
  await msOf('getHealth');
  chain.faults.lagMs = 600;
  expect(await msOf('getHealth')).toBeGreaterThanOrEqual(590);
});

it('shows an old state through a lagging node', async () => {
  const { chain, connection } = await openDevChain(STILL);
  const wallet = Keypair.generate().publicKey;
  const signature = await connection.requestAirdrop(wallet, 1_000_000);
  chain.warpSlots(10);
  chain.faults.byMethod = { getBalance: { staleSlots: 12 } };
  expect(await connection.getBalance(wallet)).toBe(0);
  expect((await connection.getSignatureStatus(signature)).value?.confirmationStatus).toBe('confirmed');
  chain.faults.staleSlots = 12;
  expect((await connection.getSignatureStatus(signature)).value).toBeNull();
  expect(await connection.getSignaturesForAddress(wallet)).toEqual([]);
  expect(await connection.getSlot('processed')).toBe(chain.slot() - 12);
  chain.faults.staleSlots = 130;
  expect((await callJson(chain, 'getHealth', [])).error).toEqual({
    code: -32005,
    message: 'Node is behind by 130 slots',
    data: { numSlotsBehind: 130 },
  });
});

it('loses a send, or lands it late, or too late', async () => {
  const { chain, connection } = await openDevChain(STILL);
  const from = Keypair.generate();
  await connection.requestAirdrop(from.publicKey, 1_000_000_000);
  chain.warpSlots(1);
  const send = async (memo: string) => {
    const { raw, signature } = await signTransfer(connection, {
      from,
      to: from.publicKey,
      lamports: 1,
      memo,
    });
    expect(await connection.sendRawTransaction(raw, { preflightCommitment: 'confirmed' })).toBe(signature);
    return signature;
  };
  const isLanded = async (signature: string) =>
    (await connection.getSignatureStatus(signature)).value !== null;
  chain.faults.dropRate = 1;
  const lost = await send('lost');
  chain.faults.dropRate = 0;
  chain.faults.lateRate = 1;
  chain.faults.lateSlots = 5;
  const late = await send('late');
  chain.faults.lateSlots = 160;
  const tooLate = await send('too late');
  chain.warpSlots(4);
  expect(await isLanded(late)).toBe(false);
  chain.warpSlots(1);
  expect(await isLanded(late)).toBe(true);
  chain.warpSlots(160);
  expect(await isLanded(lost)).toBe(false);
  expect(await isLanded(tooLate)).toBe(false);
});

it('draws its faults from the randomness given', async () => {
  const landed = async (): Promise<boolean[]> => {
    const { connection } = await openDevChain({ ...STILL, random: seeded(7), faults: { dropRate: 0.5 } });
    const results: boolean[] = [];
    for (let i = 0; i < 20; i++) {
      const signature = await connection.requestAirdrop(Keypair.generate().publicKey, 1_000_000);
      results.push((await connection.getSignatureStatus(signature)).value !== null);
    }
    return results;
  };
  const first = await landed();
  expect(new Set(first).size).toBe(2);
  expect(await landed()).toEqual(first);
});

it('turns calls away with 429 and says when to come back', async () => {
  const { chain, connection } = await openDevChain({
    ...STILL,
    faults: { byMethod: { getSlot: { tooManyRequestsRate: 1 } }, retryAfterSeconds: 3 },
  });
  const response = await call(chain, 'getSlot', []);
  expect(response.status).toBe(429);
  expect(response.headers.get('retry-after')).toBe('3');
  await expect(connection.getSlot()).rejects.toThrow('429');
  expect(await connection.getBlockHeight()).toBeGreaterThan(0);
});

it('leaves signatures out and mixes their order', async () => {
  const { chain, connection } = await openDevChain({ ...STILL, random: seeded(3) });
  const wallet = Keypair.generate().publicKey;
  const sent: string[] = [];
  for (let i = 0; i < 30; i++) sent.unshift(await connection.requestAirdrop(wallet, 1_000_000));
  chain.warpSlots(1);
  const read = async () => (await connection.getSignaturesForAddress(wallet)).map((row) => row.signature);
  chain.faults.missingSignatureRate = 0.3;
  const some = await read();
  expect(some.length).toBeLessThan(30);
  expect(some.length).toBeGreaterThan(10);
  expect(some).toEqual(sent.filter((signature) => some.includes(signature)));
  chain.faults.missingSignatureRate = 0;
  chain.faults.isSignatureOrderRandom = true;
  const mixed = await read();
  expect(mixed).not.toEqual(sent);
  expect([...mixed].sort()).toEqual([...sent].sort());
});

it('orphans a confirmed signature with its effects, and keeps what came after it', async () => {
  const { chain, connection } = await openDevChain(STILL);
  const [from, to, other] = [Keypair.generate(), Keypair.generate().publicKey, Keypair.generate().publicKey];
  await connection.requestAirdrop(from.publicKey, 1_000_000_000);
  chain.warpSlots(1);
  const orphan = await signTransfer(connection, { from, to, lamports: 900_000_000 });
  await connection.sendRawTransaction(orphan.raw, { preflightCommitment: 'confirmed' });
  const later = await signTransfer(connection, { from, to: other, lamports: 50_000_000 });
  await connection.sendRawTransaction(later.raw, { preflightCommitment: 'confirmed' });
  chain.warpSlots(5);
  expect(await connection.getBalance(to)).toBe(900_000_000);

  chain.orphan(orphan.signature);
  expect(await connection.getBalance(to)).toBe(0);
  expect(await connection.getBalance(other)).toBe(50_000_000);
  expect(await connection.getBalance(from.publicKey)).toBe(1_000_000_000 - 50_000_000 - 5000);
  expect((await connection.getSignatureStatus(orphan.signature)).value).toBeNull();
  expect(await connection.getTransaction(orphan.signature, { maxSupportedTransactionVersion: 0 })).toBeNull();
  const rows = await connection.getSignaturesForAddress(from.publicKey);
  expect(rows.map((row) => row.signature)).not.toContain(orphan.signature);
  expect(rows[0]?.signature).toBe(later.signature);

  await connection.sendRawTransaction(orphan.raw, { preflightCommitment: 'confirmed' });
  chain.warpSlots(32);
  expect(await connection.getBalance(to, 'finalized')).toBe(900_000_000);
  expect(() => chain.orphan(orphan.signature)).toThrow('finalized');
});

it('goes down in two ways and comes back', async () => {
  const { chain, connection } = await openDevChain();
  const wallet = Keypair.generate().publicKey;
  // Not waited for: web3.js goes on polling behind a wait that is over, and does not catch what an outage does to that.
  await connection.requestAirdrop(wallet, 1_000_000);
  chain.faults.outage = 'unavailable';
  expect((await call(chain, 'getSlot', [])).status).toBe(503);
  chain.faults.outage = 'disconnected';
  await expect(call(chain, 'getSlot', [])).rejects.toThrow();
  chain.faults.outage = 'none';
  expect(await connect(chain).getBalance(wallet, 'processed')).toBe(1_000_000);
});
