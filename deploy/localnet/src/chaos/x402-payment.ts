import {
  createTransferCheckedInstruction,
  getAssociatedTokenAddressSync,
  TOKEN_2022_PROGRAM_ID,
} from '@solana/spl-token';
import {
  ComputeBudgetProgram,
  type Connection,
  type PublicKey,
  type TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import { WATT_DECIMALS } from '@watt/shared';
import { memoInstruction } from '../chain/memo-instruction.ts';

/** What an x402 payer sends to whom, in base units. */
export interface X402Transfer {
  from: PublicKey;
  to: PublicKey;
  feePayer: PublicKey;
  amount: bigint;
  memo: string;
  unitLimit?: number;
  microLamports?: number;
  /** After what the payment needs. */
  more?: readonly TransactionInstruction[];
}

/** The transaction of x402's `exact` scheme on Solana, built by hand and not signed yet. */
export async function buildX402Transaction(
  { connection, mint }: { connection: Connection; mint: PublicKey },
  { from, to, feePayer, amount, memo, unitLimit = 20_000, microLamports = 1, more = [] }: X402Transfer,
): Promise<VersionedTransaction> {
  const account = (owner: PublicKey) =>
    getAssociatedTokenAddressSync(mint, owner, true, TOKEN_2022_PROGRAM_ID);
  const { blockhash } = await connection.getLatestBlockhash('confirmed');
  const program = TOKEN_2022_PROGRAM_ID;
  const message = new TransactionMessage({
    payerKey: feePayer,
    recentBlockhash: blockhash,
    instructions: [
      ComputeBudgetProgram.setComputeUnitLimit({ units: unitLimit }),
      ComputeBudgetProgram.setComputeUnitPrice({ microLamports }),
      createTransferCheckedInstruction(
        account(from),
        mint,
        account(to),
        from,
        amount,
        WATT_DECIMALS,
        [],
        program,
      ),
      memoInstruction(memo),
      ...more,
    ],
  });
  return new VersionedTransaction(message.compileToV0Message());
}

/** The header that carries a signed payment, with what else its JSON says. */
export function x402Header(payment: object, transaction: VersionedTransaction): Record<string, string> {
  const signed = Buffer.from(transaction.serialize()).toString('base64');
  const text = JSON.stringify({ ...payment, payload: { transaction: signed } });
  return { 'payment-signature': Buffer.from(text).toString('base64') };
}
