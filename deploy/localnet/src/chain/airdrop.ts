import type { Connection, PublicKey } from '@solana/web3.js';
import { confirmSignature } from './confirm-signature.ts';

/** Asks the dev chain's own faucet for SOL and waits until it is confirmed. @param lamports at most 1000 SOL a call. */
export async function airdrop(connection: Connection, wallet: PublicKey, lamports: number): Promise<string> {
  const { blockhash, lastValidBlockHeight } = await connection.getLatestBlockhash('confirmed');
  const signature = await connection.requestAirdrop(wallet, lamports);
  await confirmSignature(connection, { signature, blockhash, lastValidBlockHeight });
  return signature;
}
