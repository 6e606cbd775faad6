import { Connection, Keypair, type PublicKey, SystemProgram, Transaction } from '@solana/web3.js';
import bs58 from 'bs58';
import { onTestFinished } from 'vitest';
import { airdrop } from '../../src/chain/airdrop.ts';
import { memoInstruction } from '../../src/chain/memo-instruction.ts';
import { type Chain, type ChainOptions, startChain } from '../../src/chain/start-chain.ts';

export const SOL = 1_000_000_000;

/** Fast, yet a blockhash still lives 15 s: busy cores shall not let it expire. */
export const SLOT_MS = 100;

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

/** A signed transfer of SOL under the newest confirmed blockhash, not sent yet. A memo makes it unlike any other. */
export async function signTransfer(
  connection: Connection,
  transfer: { from: Keypair; to: PublicKey; lamports: number; memo?: string },
): Promise<{ raw: Uint8Array; signature: string; lastValidBlockHeight: number; blockhash: string }> {
  const { from, to, lamports, memo } = transfer;
  const { blockhash, lastValidBlockHeight } = await connection.getLatestBlockhash('confirmed');
  const transaction = new Transaction({ feePayer: from.publicKey, blockhash, lastValidBlockHeight });
  transaction.add(SystemProgram.transfer({ fromPubkey: from.publicKey, toPubkey: to, lamports }));
  if (memo !== undefined) transaction.add(memoInstruction(memo));
  transaction.sign(from);
  const signature = bs58.encode(transaction.signature ?? new Uint8Array());
  return { raw: transaction.serialize(), signature, lastValidBlockHeight, blockhash };
}

/** One bare JSON-RPC call, for what the client libraries hide. */
export async function call(chain: Chain, method: string, params: unknown[]): Promise<Response> {
  return fetch(chain.rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
}

/** The same, giving the answer's body. */
export async function callJson(
  chain: Chain,
  method: string,
  params: unknown[],
): Promise<{ result?: unknown; error?: { code: number; message: string; data?: unknown } }> {
  return (await (await call(chain, method, params)).json()) as Awaited<ReturnType<typeof callJson>>;
}
