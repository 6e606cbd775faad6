import {
  createAssociatedTokenAccountIdempotentInstruction,
  createMintToCheckedInstruction,
  getAssociatedTokenAddressSync,
  getMint,
  TOKEN_2022_PROGRAM_ID,
} from '@solana/spl-token';
import {
  type Connection,
  type PublicKey,
  type Signer,
  SystemProgram,
  Transaction,
  type TransactionInstruction,
} from '@solana/web3.js';
import { confirmSignature } from './confirm-signature.ts';

/** What a wallet gets: `wattBase` in base units of the mint, `lamports` in 1e-9 SOL. */
export interface Grant {
  readonly connection: Connection;
  /** The mint's authority; pays all fees, the token account's rent and the SOL itself. */
  readonly authority: Signer;
  readonly mint: PublicKey;
  readonly wallet: PublicKey;
  readonly wattBase: bigint;
  readonly lamports: bigint;
}

/**
 * Gives a wallet its associated token account, freshly minted WATT and SOL, in one transaction.
 * Resolves with the token account and the signature when that is confirmed.
 *
 * @throws Error where the transaction fails or is not confirmed before its blockhash expires.
 */
export async function fund(grant: Grant): Promise<{ tokenAccount: PublicKey; signature: string }> {
  const { connection, authority, mint, wallet, wattBase, lamports } = grant;
  const tokenAccount = getAssociatedTokenAddressSync(mint, wallet, true, TOKEN_2022_PROGRAM_ID);
  const payer = authority.publicKey;
  const instructions: TransactionInstruction[] = [
    createAssociatedTokenAccountIdempotentInstruction(
      payer,
      tokenAccount,
      wallet,
      mint,
      TOKEN_2022_PROGRAM_ID,
    ),
  ];
  if (wattBase > 0n) {
    const { decimals } = await getMint(connection, mint, 'confirmed', TOKEN_2022_PROGRAM_ID);
    instructions.push(
      createMintToCheckedInstruction(
        mint,
        tokenAccount,
        payer,
        wattBase,
        decimals,
        [],
        TOKEN_2022_PROGRAM_ID,
      ),
    );
  }
  if (lamports > 0n) {
    instructions.push(SystemProgram.transfer({ fromPubkey: payer, toPubkey: wallet, lamports }));
  }
  const { blockhash, lastValidBlockHeight } = await connection.getLatestBlockhash('confirmed');
  const transaction = new Transaction({ feePayer: payer, blockhash, lastValidBlockHeight });
  transaction.add(...instructions).sign(authority);
  const signature = await connection.sendRawTransaction(transaction.serialize(), {
    preflightCommitment: 'confirmed',
  });
  await confirmSignature(connection, { signature, blockhash, lastValidBlockHeight });
  return { tokenAccount, signature };
}
