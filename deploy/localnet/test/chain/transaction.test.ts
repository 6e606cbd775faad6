import {
  AddressLookupTableProgram,
  Keypair,
  SendTransactionError,
  SystemProgram,
  sendAndConfirmTransaction,
  Transaction,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confirmSignature } from '../../src/chain/confirm-signature.ts';
import { type Chain, startChain } from '../../src/chain/start-chain.ts';
import { callJson, connect, createWallet, SLOT_MS, SOL, signTransfer } from './dev-chain.ts';

let chain: Chain;
let connection: ReturnType<typeof connect>;
let payer: Keypair;

beforeAll(async () => {
  chain = await startChain({ rpcPort: 0, slotMs: SLOT_MS });
  connection = connect(chain);
  payer = await createWallet(connection);
});

afterAll(() => chain.close());

describe('a sent transaction', () => {
  it('is refused a second time, and answered with its signature where no preflight looks', async () => {
    const to = Keypair.generate().publicKey;
    const { raw, signature } = await signTransfer(connection, { from: payer, to, lamports: SOL });
    expect(await connection.sendRawTransaction(raw)).toBe(signature);
    await expect(connection.sendRawTransaction(raw, { preflightCommitment: 'confirmed' })).rejects.toThrow(
      'This transaction has already been processed',
    );
    expect(await connection.sendRawTransaction(raw, { skipPreflight: true })).toBe(signature);
    expect(await connection.getBalance(to, 'processed')).toBe(SOL);
  });

  it('does not land once its blockhash has expired', async () => {
    const to = Keypair.generate().publicKey;
    const sent = await signTransfer(connection, { from: payer, to, lamports: SOL });
    expect((await connection.isBlockhashValid(sent.blockhash, { commitment: 'confirmed' })).value).toBe(true);
    chain.warpSlots(151);
    expect(await connection.getBlockHeight('confirmed')).toBeGreaterThanOrEqual(sent.lastValidBlockHeight);
    expect((await connection.isBlockhashValid(sent.blockhash, { commitment: 'processed' })).value).toBe(
      false,
    );
    await expect(
      connection.sendRawTransaction(sent.raw, { preflightCommitment: 'confirmed' }),
    ).rejects.toThrow('Blockhash not found');
    await connection.sendRawTransaction(sent.raw, { skipPreflight: true });
    expect((await connection.getSignatureStatus(sent.signature)).value).toBeNull();
    await expect(confirmSignature(connection, sent)).rejects.toThrow('block height exceeded');
  });

  it('lands with its error and fee when a program fails it, and is listed so', async () => {
    const poor = await createWallet(connection);
    const to = Keypair.generate().publicKey;
    const { raw, signature } = await signTransfer(connection, { from: poor, to, lamports: 50 * SOL });
    const refusal = await connection
      .sendRawTransaction(raw, { preflightCommitment: 'confirmed' })
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(SendTransactionError);
    expect((refusal as SendTransactionError).message).toContain('custom program error: 0x1');
    expect((refusal as SendTransactionError).logs?.join()).toContain('insufficient lamports');

    await connection.sendRawTransaction(raw, { skipPreflight: true });
    chain.warpSlots(1);
    const err = { InstructionError: [0, { Custom: 1 }] };
    expect(await connection.getBalance(poor.publicKey)).toBe(10 * SOL - 5000);
    expect(
      (await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 }))?.meta,
    ).toMatchObject({
      err,
      fee: 5000,
    });
    const [row] = await connection.getSignaturesForAddress(poor.publicKey, {}, 'confirmed');
    expect(row).toMatchObject({ signature, err });
    const parsed = await connection.getParsedTransaction(signature, { maxSupportedTransactionVersion: 0 });
    expect(parsed?.transaction.message.instructions).toMatchObject([
      { program: 'system', parsed: { type: 'transfer', info: { lamports: 50 * SOL } } },
    ]);
  });

  it('with a false signature, a broken body or none at all is refused with the code of a real node', async () => {
    const { raw } = await signTransfer(connection, { from: payer, to: payer.publicKey, lamports: 1 });
    const forged = Buffer.from(raw);
    forged[10] = (forged[10] ?? 0) ^ 1;
    const config = { encoding: 'base64', preflightCommitment: 'processed' };
    const send = async (bytes: Buffer) =>
      (await callJson(chain, 'sendTransaction', [bytes.toString('base64'), config])).error;
    expect(await send(forged)).toMatchObject({
      code: -32003,
      message: 'Transaction signature verification failure',
    });
    expect(await send(Buffer.from(raw).subarray(0, 100))).toMatchObject({ code: -32602 });
    expect(await send(Buffer.concat([raw, Buffer.from([0])]))).toMatchObject({ code: -32602 });
    expect(await send(Buffer.alloc(1300))).toMatchObject({ code: -32602 });
    expect(await send(Buffer.alloc(0))).toMatchObject({ code: -32602 });
  });

  it('may be of version 0 with a lookup table, and needs to be asked for as such', async () => {
    const slot = await connection.getSlot('finalized');
    const [create, table] = AddressLookupTableProgram.createLookupTable({
      authority: payer.publicKey,
      payer: payer.publicKey,
      recentSlot: slot,
    });
    const to = Keypair.generate().publicKey;
    const extend = AddressLookupTableProgram.extendLookupTable({
      payer: payer.publicKey,
      authority: payer.publicKey,
      lookupTable: table,
      addresses: [to],
    });
    await sendAndConfirmTransaction(connection, new Transaction().add(create, extend), [payer]);
    const lookupTable = (await connection.getAddressLookupTable(table)).value;
    if (lookupTable === null) throw new Error('no lookup table');
    const { blockhash, lastValidBlockHeight } = await connection.getLatestBlockhash();
    const message = new TransactionMessage({
      payerKey: payer.publicKey,
      recentBlockhash: blockhash,
      instructions: [SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports: SOL })],
    }).compileToV0Message([lookupTable]);
    const transaction = new VersionedTransaction(message);
    transaction.sign([payer]);
    const signature = await connection.sendTransaction(transaction);
    await confirmSignature(connection, { signature, blockhash, lastValidBlockHeight });

    expect(await connection.getBalance(to)).toBe(SOL);
    const answer = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 });
    expect(answer).toMatchObject({ version: 0, meta: { err: null, loadedAddresses: { readonly: [] } } });
    expect(answer?.meta?.loadedAddresses?.writable[0]?.equals(to)).toBe(true);
    expect(answer?.meta?.postBalances).toContain(SOL);
    expect(await connection.getSignaturesForAddress(to)).toMatchObject([{ signature }]);
    expect(
      (await callJson(chain, 'getTransaction', [signature, { commitment: 'confirmed' }])).error?.code,
    ).toBe(-32015);
    const [base64] = (
      (await callJson(chain, 'getTransaction', [
        signature,
        { commitment: 'confirmed', encoding: 'base64', maxSupportedTransactionVersion: 0 },
      ])) as { result: { transaction: [string, string] } }
    ).result.transaction;
    expect(base64).toBe(Buffer.from(transaction.serialize()).toString('base64'));
  });
});

it('simulates without keeping anything, and tells fee and rent', async () => {
  const to = Keypair.generate().publicKey;
  const transfer = SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports: SOL });
  const transaction = new Transaction({
    feePayer: payer.publicKey,
    ...(await connection.getLatestBlockhash()),
  }).add(transfer);
  const simulated = await connection.simulateTransaction(transaction, undefined, [to]);
  expect(simulated.value).toMatchObject({ err: null, accounts: [{ lamports: SOL }] });
  expect(await connection.getBalance(to, 'processed')).toBe(0);
  expect((await connection.getFeeForMessage(transaction.compileMessage())).value).toBe(5000);
  expect(await connection.getMinimumBalanceForRentExemption(0)).toBe(890_880);
});

it('simulates an unsigned transaction under any blockhash when asked to', async () => {
  const message = new TransactionMessage({
    payerKey: payer.publicKey,
    recentBlockhash: Keypair.generate().publicKey.toBase58(),
    instructions: [],
  }).compileToV0Message();
  const transaction = new VersionedTransaction(message);
  expect((await connection.simulateTransaction(transaction)).value.err).toBe('BlockhashNotFound');
  const replaced = await connection.simulateTransaction(transaction, { replaceRecentBlockhash: true });
  expect(replaced.value.err).toBeNull();
});
