import { Keypair } from '@solana/web3.js';
import { expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createWallet, openDevChain, signTransfer } from './dev-chain.ts';

const WAIT = { timeout: 20_000 };

it('tells of signatures, logs, accounts and slots at the commitment asked for', async () => {
  const { chain, connection } = await openDevChain();
  const from = await createWallet(connection);
  const to = Keypair.generate().publicKey;
  const seen: string[] = [];
  const slots: number[] = [];
  const subscriptions = [
    connection.onLogs(to, ({ signature, err }) => seen.push(`logs ${signature} ${err}`), 'confirmed'),
    connection.onAccountChange(to, ({ lamports }) => seen.push(`account ${lamports}`), {
      commitment: 'confirmed',
    }),
    connection.onSlotChange(({ slot }) => slots.push(slot)),
  ];
  onTestFinished(async () => {
    const [logs = 0, account = 0, slot = 0] = subscriptions;
    await connection.removeOnLogsListener(logs);
    await connection.removeAccountChangeListener(account);
    await connection.removeSlotChangeListener(slot);
  });
  await vi.waitFor(() => expect(slots.length).toBeGreaterThan(0), WAIT);

  const { raw, signature } = await signTransfer(connection, { from, to, lamports: 2_000_000 });
  const finalized = new Promise((resolve) => {
    connection.onSignature(
      signature,
      (result, { slot }) => resolve([result, chain.slot() - slot]),
      'finalized',
    );
  });
  await connection.sendRawTransaction(raw, { preflightCommitment: 'confirmed' });
  await vi.waitFor(() => expect(seen).toEqual([`logs ${signature} null`, 'account 2000000']), WAIT);
  chain.warpSlots(31);
  expect(await finalized).toEqual([{ err: null }, expect.any(Number)]);
});

it('tells at once of a signature that has got there already', async () => {
  const { chain, connection } = await openDevChain();
  const signature = await connection.requestAirdrop(Keypair.generate().publicKey, 1_000_000);
  chain.warpSlots(40);
  const result = await new Promise((resolve) => connection.onSignature(signature, resolve, 'finalized'));
  expect(result).toEqual({ err: null });
});

it('serves the websocket on the RPC port as well, and refuses what it does not know', async () => {
  const { chain } = await openDevChain();
  const socket = new WebSocket(chain.rpcUrl.replace('http', 'ws'));
  onTestFinished(() => socket.terminate());
  const answers: unknown[] = [];
  socket.on('message', (data) => answers.push(JSON.parse(data.toString())));
  await new Promise((resolve) => socket.on('open', resolve));
  socket.send('{"jsonrpc":"2.0","method":"ping"}');
  socket.send('{"jsonrpc":"2.0","id":1,"method":"voteSubscribe"}');
  socket.send('{"jsonrpc":"2.0","id":2,"method":"logsUnsubscribe","params":[99]}');
  await vi.waitFor(() => expect(answers).toHaveLength(2), WAIT);
  expect(answers).toMatchObject([
    { id: 1, error: { code: -32601 } },
    { id: 2, error: { code: -32602 } },
  ]);
});
