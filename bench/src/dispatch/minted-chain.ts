import { Connection, Keypair, LAMPORTS_PER_SOL } from '@solana/web3.js';
import { createWattMint, fund, startChain } from '@watt/localnet';
import type { PaidRouterTask } from './paid-router.ts';

const AIRDROP_LIMIT_MS = 20_000;
const POLL_MS = 100;

export interface MintedChain {
  forRouter: Omit<PaidRouterTask, 'databaseUrl'>;
  /** The compute wallet's. */
  tokenAccount: string;
  connection: Connection;
  /** A new wallet with whole WATT, and SOL for its fees. */
  payer(watt: number): Promise<Keypair>;
  stop(): Promise<void>;
}

/** A dev chain with the mint and the compute wallet that the router asks for when it starts. */
export async function startMintedChain(): Promise<MintedChain> {
  const chain = await startChain({ rpcPort: 0 });
  try {
    const connection = new Connection(chain.rpcUrl, { commitment: 'confirmed', wsEndpoint: chain.wsUrl });
    const authority = Keypair.generate();
    const wallet = Keypair.generate().publicKey;
    await airdrop(connection, authority);
    const mint = await createWattMint({ connection, authority });
    const grant = { connection, authority, mint, wallet, wattBase: 0n, lamports: 1_000_000n };
    const { tokenAccount } = await fund(grant);
    const { rpcUrl, wsUrl } = chain;
    return {
      forRouter: { rpcUrl, wsUrl, mint: mint.toBase58(), computeWallet: wallet.toBase58() },
      tokenAccount: tokenAccount.toBase58(),
      connection,
      async payer(watt) {
        const payer = Keypair.generate();
        const wattBase = BigInt(watt) * 1_000_000n;
        await fund({ ...grant, wallet: payer.publicKey, wattBase, lamports: 10_000_000n });
        return payer;
      },
      stop: chain.close,
    };
  } catch (error) {
    await chain.close();
    throw error;
  }
}

async function airdrop(connection: Connection, { publicKey }: Keypair): Promise<void> {
  await connection.requestAirdrop(publicKey, 10 * LAMPORTS_PER_SOL);
  const deadline = performance.now() + AIRDROP_LIMIT_MS;
  while ((await connection.getBalance(publicKey)) === 0) {
    if (performance.now() > deadline) throw new Error('The dev chain gave no SOL');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
