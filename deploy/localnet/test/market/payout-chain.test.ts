import { Keypair } from '@solana/web3.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPayoutChain, type PayoutChain } from '../../../../router/src/chain/chain.ts';
import { type Market, startMarket } from './start-market.ts';

const NOWHERE = 'http://127.0.0.1:1';
const UNKNOWN = '5'.repeat(88);

let market: Market;
let recipient: Keypair;
beforeAll(async () => {
  market = await startMarket();
  recipient = await market.agent(0);
});
afterAll(() => market?.close());

/** Pays from a wallet of the test's own, which has WATT and SOL. */
const chainOf = (treasury: Keypair, options: { second?: string; feePayer?: Keypair } = {}): PayoutChain =>
  createPayoutChain({
    rpcUrl: market.chain.rpcUrl,
    secondRpcUrl: options.second,
    mint: market.mint.toBase58(),
    tokenProgram: market.router.context.payments.payTo.tokenProgram,
    treasurySecret: treasury.secretKey,
    feePayerSecret: options.feePayer?.secretKey,
    callTimeoutMs: 5000,
  });
const order = (burn = 0n) => ({
  transfers: [{ wallet: recipient.publicKey.toBase58(), amount: 1_000_000n }],
  burn,
  memo: 'watt:p:test',
});

it('tries an order unsigned, and lands it only when it is signed and sent, the fee paid by its own key', async () => {
  const [treasury, feePayer] = [await market.agent(3), await market.agent(0)];
  const chain = chainOf(treasury, { feePayer });
  expect(chain.signerCount).toBe(2);
  const trial = await chain.simulate(order(500_000n));
  expect(trial).toMatchObject({ outcome: 'ok' });
  const terms = { unitLimit: 60_000, unitPrice: 1000n, ...(await chain.latestBlockhash()) };
  const { signature, raw, feeLamports } = chain.sign(order(500_000n), terms);
  expect(feeLamports).toBe(10_060n);
  const before = await market.connection.getBalance(feePayer.publicKey);
  const tip = await chain.finalizedTip();
  expect(await chain.find(signature, tip.slot)).toEqual({ known: 'unknown' });
  await chain.send(raw);
  market.chain.warpSlots(40);
  expect(await chain.find(signature, tip.slot)).toEqual({ known: 'landed', finalized: true, error: null });
  expect(await chain.finalizedBalance()).toBe(1_500_000n);
  expect(await market.connection.getBalance(feePayer.publicKey, 'confirmed')).toBe(
    before - Number(feeLamports),
  );
});

it('tells what is wrong with the order from what is wrong with us', async () => {
  const treasury = await market.agent(3);
  const chain = chainOf(treasury);
  const stranger = Keypair.generate().publicKey.toBase58();
  const toStranger = { ...order(), transfers: [{ wallet: stranger, amount: 1n }] };
  expect(await chain.simulate(toStranger)).toMatchObject({ outcome: 'refused' });
  const tooMuch = { ...order(), transfers: [{ wallet: recipient.publicKey.toBase58(), amount: 9_000_000n }] };
  expect(await chain.simulate(tooMuch)).toMatchObject({ outcome: 'unable' });
  const ours = treasury.publicKey.toBase58();
  expect(await chain.recipientStates([stranger, ours, recipient.publicKey.toBase58(), 'no address'])).toEqual(
    new Map([
      [stranger, 'missing'],
      [ours, 'own'],
      [recipient.publicKey.toBase58(), 'ready'],
    ]),
  );
});

it('calls a signature unknown only when every provider has seen the slot and none knows it', async () => {
  const treasury = await market.agent(1);
  const [alone, both, half] = [
    chainOf(treasury),
    chainOf(treasury, { second: market.chain.rpcUrl }),
    chainOf(treasury, { second: NOWHERE }),
  ];
  const { slot } = await alone.finalizedTip();
  expect(await alone.find(UNKNOWN, slot)).toEqual({ known: 'unknown' });
  expect(await alone.find(UNKNOWN, slot + 1_000_000n)).toEqual({ known: 'unsure' });
  expect(await both.find(UNKNOWN, slot)).toEqual({ known: 'unknown' });
  expect(await half.find(UNKNOWN, slot)).toEqual({ known: 'unsure' });
  market.chain.faults.staleSlots = 60;
  expect(await alone.find(UNKNOWN, slot)).toEqual({ known: 'unsure' });
  market.chain.faults.staleSlots = 0;

  const terms = { unitLimit: 60_000, unitPrice: 0n, ...(await half.latestBlockhash()) };
  const { signature, raw } = half.sign(order(), terms);
  await half.send(raw);
  expect(await half.find(signature, slot)).toMatchObject({ known: 'landed', error: null });
});
