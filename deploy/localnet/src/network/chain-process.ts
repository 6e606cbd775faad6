import { join } from 'node:path';
import { Connection, Keypair, LAMPORTS_PER_SOL, PublicKey } from '@solana/web3.js';
import { airdrop } from '../chain/airdrop.ts';
import { createWattMint } from '../chain/create-mint.ts';
import { fund } from '../chain/fund.ts';
import { startChain } from '../chain/start-chain.ts';
import { startFaucet } from '../faucet/start-faucet.ts';
import { loadOrCreateKeypair } from '../state/keypair-file.ts';
import type { StateDir } from '../state/state-dir.ts';

const AIRDROP_LAMPORTS = 1000 * LAMPORTS_PER_SOL;
const RESERVE_LAMPORTS = BigInt(LAMPORTS_PER_SOL);

export interface ChainProcessOptions {
  state: StateDir;
  rpcPort: number;
  wsPort: number;
  faucetPort: number;
  slotMs: number;
}

/** The chain with its mint and its faucet, in one process: the faucet needs the mint's authority, nobody else does. */
export async function runChainProcess(options: ChainProcessOptions): Promise<{ close(): Promise<void> }> {
  const { state, rpcPort, wsPort, faucetPort, slotMs } = options;
  const chain = await startChain({ rpcPort, wsPort, slotMs, snapshotPath: state.chainSnapshot });
  const connection = new Connection(chain.rpcUrl, { commitment: 'confirmed', wsEndpoint: chain.wsUrl });
  const [authority, mintKey] = await Promise.all([
    loadKeypair(join(state.keys, 'mint-authority.json')),
    loadKeypair(join(state.keys, 'mint.json')),
  ]);
  const mint = mintKey.publicKey;
  if ((await connection.getAccountInfo(mint)) === null) {
    await topUp(connection, authority.publicKey, 0n);
    await createWattMint({ connection, authority, mint: mintKey });
  }
  const faucet = await startFaucet({
    port: faucetPort,
    async give({ wallet, watt, lamports }) {
      await topUp(connection, authority.publicKey, lamports);
      const given = await fund({
        connection,
        authority,
        mint,
        wallet: new PublicKey(wallet),
        wattBase: watt,
        lamports,
      });
      return { tokenAccount: given.tokenAccount.toBase58(), signature: given.signature };
    },
  });
  return {
    async close() {
      await faucet.close();
      await chain.close();
    },
  };
}

async function loadKeypair(path: string): Promise<Keypair> {
  return Keypair.fromSecretKey((await loadOrCreateKeypair(path)).secret);
}

/** Keeps the authority able to give `lamports` away and to pay its fees. */
async function topUp(connection: Connection, authority: PublicKey, lamports: bigint): Promise<void> {
  const balance = BigInt(await connection.getBalance(authority));
  if (balance < lamports + RESERVE_LAMPORTS) await airdrop(connection, authority, AIRDROP_LAMPORTS);
}
