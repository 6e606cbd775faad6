import { PublicKey, TransactionInstruction } from '@solana/web3.js';
import { MEMO_PROGRAMS } from './memo.ts';

const [NEWEST = ''] = MEMO_PROGRAMS;
const PROGRAM = new PublicKey(NEWEST);

/** A memo. The accounts, if there are any, are those that must sign for it. */
export function memoInstruction(text: string, accounts: readonly PublicKey[] = []): TransactionInstruction {
  const keys = accounts.map((pubkey) => ({ pubkey, isSigner: true, isWritable: true }));
  return new TransactionInstruction({ programId: PROGRAM, keys, data: Buffer.from(text) });
}
