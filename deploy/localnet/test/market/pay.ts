import {
  createTransferCheckedInstruction,
  getAssociatedTokenAddressSync,
  TOKEN_2022_PROGRAM_ID,
} from '@solana/spl-token';
import { type Keypair, PublicKey, Transaction, TransactionInstruction } from '@solana/web3.js';
import { confirmSignature } from '../../src/chain/confirm-signature.ts';
import type { Market } from './start-market.ts';

const MEMO_PROGRAM = new PublicKey('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');

export interface Payment {
  from: Keypair;
  /** Whole WATT. */
  watt: number;
  memo: string;
}

/** Pays as an agent would who read only the specification: transferChecked to the compute wallet's account, and a memo. */
export async function pay(
  market: Market,
  payment: Payment,
  options: { confirm: boolean } = { confirm: true },
): Promise<string> {
  const { connection, mint } = market;
  const owner = payment.from.publicKey;
  const account = (wallet: PublicKey) =>
    getAssociatedTokenAddressSync(mint, wallet, false, TOKEN_2022_PROGRAM_ID);
  const transaction = new Transaction().add(
    createTransferCheckedInstruction(
      account(owner),
      mint,
      account(market.computeWallet.publicKey),
      owner,
      BigInt(payment.watt) * 1_000_000n,
      6,
      [],
      TOKEN_2022_PROGRAM_ID,
    ),
    new TransactionInstruction({ programId: MEMO_PROGRAM, keys: [], data: Buffer.from(payment.memo) }),
  );
  const latest = await connection.getLatestBlockhash('confirmed');
  transaction.recentBlockhash = latest.blockhash;
  transaction.feePayer = owner;
  transaction.sign(payment.from);
  const signature = await connection.sendRawTransaction(transaction.serialize());
  if (options.confirm) await confirmSignature(connection, { signature, ...latest });
  return signature;
}
