import {
  createTransferCheckedInstruction,
  getAssociatedTokenAddressSync,
  TOKEN_2022_PROGRAM_ID,
} from '@solana/spl-token';
import { type Keypair, type PublicKey, Transaction, type TransactionInstruction } from '@solana/web3.js';
import { confirmSignature } from '../../src/chain/confirm-signature.ts';
import type { MarketPlace } from './start-market.ts';

export const tokenAccount = (mint: PublicKey, owner: PublicKey): PublicKey =>
  getAssociatedTokenAddressSync(mint, owner, false, TOKEN_2022_PROGRAM_ID);

/** A transfer of base units of the market's mint; to the compute wallet, unless `to` is another token account. */
export function transfer(
  market: MarketPlace,
  move: { from: PublicKey; units: bigint; by?: PublicKey; to?: PublicKey; mint?: PublicKey },
): TransactionInstruction {
  const mint = move.mint ?? market.mint;
  return createTransferCheckedInstruction(
    tokenAccount(mint, move.from),
    mint,
    move.to ?? tokenAccount(mint, market.computeWallet.publicKey),
    move.by ?? move.from,
    move.units,
    6,
    [],
    TOKEN_2022_PROGRAM_ID,
  );
}

/**
 * Sends instructions as one transaction, of which the first signer pays the fee, and waits until it is confirmed. One that `mayFail` is sent
 * unseen and lands all the same.
 */
export async function sendInstructions(
  market: MarketPlace,
  instructions: TransactionInstruction[],
  signers: Keypair[],
  { mayFail = false, confirm = true }: { mayFail?: boolean; confirm?: boolean } = {},
): Promise<{ signature: string; raw: Buffer }> {
  const { connection } = market;
  const latest = await connection.getLatestBlockhash('confirmed');
  const transaction = new Transaction({ ...latest, feePayer: signers[0]?.publicKey ?? null }).add(
    ...instructions,
  );
  transaction.sign(...signers);
  const raw = transaction.serialize();
  const signature = await connection.sendRawTransaction(raw, { skipPreflight: mayFail });
  if (confirm)
    await confirmSignature(connection, { signature, ...latest }).catch((error: unknown) => {
      if (!mayFail) throw error;
    });
  return { signature, raw };
}
