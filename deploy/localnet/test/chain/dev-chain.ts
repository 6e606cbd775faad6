import { Connection, Keypair } from '@solana/web3.js';
import { onTestFinished } from 'vitest';
import { airdrop } from '../../src/chain/airdrop.ts';
import { type Chain, type ChainOptions, startChain } from '../../src/chain/start-chain.ts';

export const SOL = 1_000_000_000;

/** Slots as fast as the websocket path needs them, slow enough for 2 busy cores. */
export const SLOT_MS = 40;

/** A chain with a connection, both closed when the test is over. */
export async function openDevChain(
  options: Partial<ChainOptions> = {},
): Promise<{ chain: Chain; connection: Connection }> {
  const chain = await startChain({ rpcPort: 0, slotMs: SLOT_MS, ...options });
  onTestFinished(() => chain.close());
  return { chain, connection: connect(chain) };
}

export function connect(chain: Chain): Connection {
  return new Connection(chain.rpcUrl, { commitment: 'confirmed', disableRetryOnRateLimit: true });
}

export async function createWallet(connection: Connection): Promise<Keypair> {
  const wallet = Keypair.generate();
  await airdrop(connection, wallet.publicKey, 10 * SOL);
  return wallet;
}
