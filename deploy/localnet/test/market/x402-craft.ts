import {
  createTransferCheckedInstruction,
  getAssociatedTokenAddressSync,
  TOKEN_2022_PROGRAM_ID,
} from '@solana/spl-token';
import {
  ComputeBudgetProgram,
  type Keypair,
  PublicKey,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import type { Market } from './start-market.ts';

const MEMO_PROGRAM = new PublicKey('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');

/** What a hostile payer may say or do differently from the stock client. */
export interface Craft {
  unitLimit?: number;
  microLamports?: number;
  amount?: bigint;
  memo?: string;
  /** The wallet whose token account is paid. */
  destination?: PublicKey;
  feePayer?: PublicKey;
  signers?: Keypair[];
  more?: TransactionInstruction[];
  /** Over `accepted`, and over its `extra`. */
  accepted?: object;
  extra?: object;
  x402Version?: number;
}

export function memoInstruction(text: string, accounts: PublicKey[] = []): TransactionInstruction {
  const keys = accounts.map((pubkey) => ({ pubkey, isSigner: true, isWritable: true }));
  return new TransactionInstruction({ programId: MEMO_PROGRAM, keys, data: Buffer.from(text) });
}

/** A `PAYMENT-SIGNATURE` made by hand for what a 402 asked; without changes it is as good as the stock client's. */
export async function craftPayment(
  market: Market,
  payer: Keypair,
  // biome-ignore lint/suspicious/noExplicitAny: what a 402's header said
  required: any,
  craft: Craft = {},
): Promise<Record<string, string>> {
  const [asked] = required.accepts;
  const { connection, mint } = market;
  const account = (wallet: PublicKey) =>
    getAssociatedTokenAddressSync(mint, wallet, true, TOKEN_2022_PROGRAM_ID);
  const { blockhash } = await connection.getLatestBlockhash('confirmed');
  const message = new TransactionMessage({
    payerKey: craft.feePayer ?? new PublicKey(asked.extra.feePayer),
    recentBlockhash: blockhash,
    instructions: [
      ComputeBudgetProgram.setComputeUnitLimit({ units: craft.unitLimit ?? 20_000 }),
      ComputeBudgetProgram.setComputeUnitPrice({ microLamports: craft.microLamports ?? 1 }),
      createTransferCheckedInstruction(
        account(payer.publicKey),
        mint,
        account(craft.destination ?? market.computeWallet.publicKey),
        payer.publicKey,
        craft.amount ?? BigInt(asked.amount),
        6,
        [],
        TOKEN_2022_PROGRAM_ID,
      ),
      memoInstruction(craft.memo ?? asked.extra.memo),
      ...(craft.more ?? []),
    ],
  }).compileToV0Message();
  const transaction = new VersionedTransaction(message);
  transaction.sign(craft.signers ?? [payer]);
  const payload = {
    x402Version: craft.x402Version ?? 2,
    resource: required.resource,
    accepted: { ...asked, ...craft.accepted, extra: { ...asked.extra, ...craft.extra } },
    payload: { transaction: Buffer.from(transaction.serialize()).toString('base64') },
  };
  return { 'payment-signature': Buffer.from(JSON.stringify(payload)).toString('base64') };
}
