import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Keypair } from '@solana/web3.js';
import { expect, it, onTestFinished } from 'vitest';
import { createWattMint } from '../../src/chain/create-mint.ts';
import { fund } from '../../src/chain/fund.ts';
import { startChain } from '../../src/chain/start-chain.ts';
import { connect, createWallet, openDevChain, SLOT_MS, signTransfer } from './dev-chain.ts';

function freshPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'watt-chain-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'chain.jsonl');
}

it('keeps everything over a restart, and blockhashes given out before', async () => {
  const snapshotPath = freshPath();
  const before = await startChain({ rpcPort: 0, slotMs: SLOT_MS, snapshotPath });
  const connection = connect(before);
  const authority = await createWallet(connection);
  const wallet = Keypair.generate();
  const mint = await createWattMint({ connection, authority });
  const grant = { connection, authority, mint, wallet: wallet.publicKey };
  const { tokenAccount, signature } = await fund({
    ...grant,
    wattBase: 5_000_000n,
    lamports: 1_000_000_000n,
  });
  const pending = await signTransfer(connection, { from: wallet, to: authority.publicKey, lamports: 7 });
  const transactionBefore = await connection.getParsedTransaction(signature, {
    maxSupportedTransactionVersion: 0,
  });
  const genesis = await connection.getGenesisHash();
  const slot = before.slot();
  await before.close();

  const { chain, connection: again } = await openDevChain({ snapshotPath });
  expect(chain.slot()).toBeGreaterThan(slot);
  expect(await again.getGenesisHash()).toBe(genesis);
  expect((await again.getTokenAccountBalance(tokenAccount)).value.amount).toBe('5000000');
  expect(await again.getParsedTransaction(signature, { maxSupportedTransactionVersion: 0 })).toEqual(
    transactionBefore,
  );
  expect(await again.getSignaturesForAddress(tokenAccount)).toMatchObject([{ signature, err: null }]);
  await again.sendRawTransaction(pending.raw, { preflightCommitment: 'confirmed' });
  chain.warpSlots(1);
  expect(await again.getBalance(wallet.publicKey)).toBe(1_000_000_000 - 7 - 5000);
  const more = { connection: again, authority, mint, wallet: wallet.publicKey };
  await fund({ ...more, wattBase: 1n, lamports: 0n });
  expect((await again.getTokenAccountBalance(tokenAccount)).value.amount).toBe('5000001');
});

it('has on disk what it has acknowledged, and cuts off a line that a crash tore', async () => {
  const snapshotPath = freshPath();
  const { chain, connection } = await openDevChain({ snapshotPath, slotMs: 3_600_000 });
  const [kept, orphaned] = [Keypair.generate().publicKey, Keypair.generate().publicKey];
  const signature = await connection.requestAirdrop(orphaned, 1_000_000);
  await connection.requestAirdrop(kept, 2_000_000);
  chain.orphan(signature);

  // The process dies here: what is in the file is all there is.
  const killed = freshPath();
  appendFileSync(killed, readFileSync(snapshotPath));
  appendFileSync(killed, '{"type":"landed","transac');
  const { chain: restarted, connection: again } = await openDevChain({ snapshotPath: killed });
  expect(restarted.slot()).toBeGreaterThan(chain.slot());
  expect(await again.getBalance(kept)).toBe(2_000_000);
  expect(await again.getBalance(orphaned)).toBe(0);
  expect((await again.getSignatureStatus(signature, { searchTransactionHistory: true })).value).toBeNull();
  await again.requestAirdrop(orphaned, 3_000_000);
  await restarted.close();

  const { connection: third } = await openDevChain({ snapshotPath: killed });
  expect(await third.getBalance(orphaned)).toBe(3_000_000);
});
