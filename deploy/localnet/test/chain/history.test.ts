import { Keypair } from '@solana/web3.js';
import { expect, it } from 'vitest';
import { callJson, openDevChain, signTransfer } from './dev-chain.ts';

/** Slots pass only by warping. */
const STILL = { slotMs: 3_600_000 };

it('shows a transaction at a commitment only when it is old enough', async () => {
  const { chain, connection } = await openDevChain(STILL);
  const wallet = Keypair.generate().publicKey;
  const signature = await connection.requestAirdrop(wallet, 5_000_000);
  const see = async (commitment: 'confirmed' | 'finalized') => ({
    balance: await connection.getBalance(wallet, commitment),
    rows: (await connection.getSignaturesForAddress(wallet, {}, commitment)).length,
    isFound:
      (await connection.getTransaction(signature, { commitment, maxSupportedTransactionVersion: 0 })) !==
      null,
  });
  const hidden = { balance: 0, rows: 0, isFound: false };
  const visible = { balance: 5_000_000, rows: 1, isFound: true };
  const status = async () => (await connection.getSignatureStatus(signature)).value;

  expect(await connection.getBalance(wallet, 'processed')).toBe(5_000_000);
  expect(await see('confirmed')).toEqual(hidden);
  expect(await status()).toMatchObject({ confirmationStatus: 'processed', confirmations: 0 });
  chain.warpSlots(1);
  expect(await see('confirmed')).toEqual(visible);
  expect(await see('finalized')).toEqual(hidden);
  expect(await status()).toMatchObject({ confirmationStatus: 'confirmed', confirmations: 1 });
  chain.warpSlots(30);
  expect(await see('finalized')).toEqual(hidden);
  chain.warpSlots(1);
  expect(await see('finalized')).toEqual(visible);
  expect(await status()).toMatchObject({ confirmationStatus: 'finalized', confirmations: null });
  chain.warpSlots(200);
  expect(await status()).toBeNull();
  const searched = await connection.getSignatureStatus(signature, { searchTransactionHistory: true });
  expect(searched.value?.confirmationStatus).toBe('finalized');
});

it('pages through the signatures of an address, newest first', async () => {
  const { chain, connection } = await openDevChain(STILL);
  const wallet = Keypair.generate().publicKey;
  const sent: string[] = [];
  for (let i = 0; i < 25; i++) {
    sent.unshift(await connection.requestAirdrop(wallet, 1_000_000 + i));
    if (i % 10 === 9) chain.warpSlots(1);
  }
  chain.warpSlots(1);
  const read = async (options: { before?: string; until?: string; limit?: number }) =>
    (await connection.getSignaturesForAddress(wallet, options, 'confirmed')).map((row) => row.signature);
  expect(await read({})).toEqual(sent);
  expect(await read({ limit: 10 })).toEqual(sent.slice(0, 10));
  expect(await read({ limit: 10, before: sent[9] ?? '' })).toEqual(sent.slice(10, 20));
  expect(await read({ limit: 10, before: sent[19] ?? '' })).toEqual(sent.slice(20));
  expect(await read({ until: sent[5] ?? '' })).toEqual(sent.slice(0, 5));
  expect(await read({ before: sent[2] ?? '', until: sent[6] ?? '' })).toEqual(sent.slice(3, 6));

  const nowhere = (await signTransfer(connection, { from: Keypair.generate(), to: wallet, lamports: 1 }))
    .signature;
  expect(await read({ before: nowhere })).toEqual([]);
  expect(await read({ until: nowhere })).toEqual(sent);
});

it('refuses what a real node refuses, in its words', async () => {
  const { chain } = await openDevChain(STILL);
  const wallet = Keypair.generate().publicKey.toBase58();
  const errorOf = async (method: string, params: unknown[]) => (await callJson(chain, method, params)).error;
  expect(await errorOf('getSignaturesForAddress', [wallet, { limit: 1001 }])).toEqual({
    code: -32602,
    message: 'Invalid limit; max 1000',
  });
  expect(await errorOf('getSignaturesForAddress', [wallet, { commitment: 'processed' }])).toEqual({
    code: -32602,
    message: 'Method does not support commitment below `confirmed`',
  });
  expect(
    await errorOf('getSignaturesForAddress', [wallet, { minContextSlot: chain.slot() + 5 }]),
  ).toMatchObject({
    code: -32016,
    data: { contextSlot: chain.slot() - 32 },
  });
  expect(await errorOf('getBalance', ['abc'])).toMatchObject({
    code: -32602,
    message: 'Invalid param: WrongSize',
  });
  expect(await errorOf('getTokenAccountBalance', [wallet])).toEqual({
    code: -32602,
    message: 'Invalid param: could not find account',
  });
  expect(await errorOf('getBlockTime', [1])).toMatchObject({ code: -32004 });
  expect(await errorOf('mineBitcoin', [])).toEqual({ code: -32601, message: 'Method not found' });
});

it('answers batches, and faults in them one by one', async () => {
  const { chain } = await openDevChain(STILL);
  const post = async (body: string) =>
    (await (await fetch(chain.rpcUrl, { method: 'POST', body })).json()) as unknown;
  const calls = [
    { jsonrpc: '2.0', id: 'a', method: 'getSlot', params: [{ commitment: 'processed' }] },
    { jsonrpc: '2.0', id: 7, method: 'nope' },
  ];
  expect(await post(JSON.stringify(calls))).toEqual([
    { jsonrpc: '2.0', id: 'a', result: chain.slot() },
    { jsonrpc: '2.0', id: 7, error: { code: -32601, message: 'Method not found' } },
  ]);
  expect(await post('{')).toMatchObject({ error: { code: -32700 } });
  expect(await post('[]')).toMatchObject({ error: { code: -32600 } });
});
