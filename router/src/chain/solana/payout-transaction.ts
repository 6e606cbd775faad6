import {
  createBurnCheckedInstruction,
  createTransferCheckedInstruction,
  getAssociatedTokenAddressSync,
} from '@solana/spl-token';
import {
  ComputeBudgetProgram,
  type Keypair,
  PublicKey,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import { WATT_DECIMALS } from '@watt/shared';
import bs58 from 'bs58';
import {
  type Blockhash,
  type ComputeTerms,
  feeOf,
  type PayoutOrder,
  type SignedPayout,
} from '../payout-chain.ts';

const MEMO_PROGRAM = new PublicKey('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');

/** Whose tokens go out, and who signs. */
export interface PayoutKeys {
  treasury: Keypair;
  feePayer: Keypair;
  mint: PublicKey;
  tokenProgram: PublicKey;
}

/** The associated token account of any wallet, a program's too. */
export function tokenAccountOf({ mint, tokenProgram }: PayoutKeys, wallet: PublicKey): PublicKey {
  return getAssociatedTokenAddressSync(mint, wallet, true, tokenProgram);
}

/** Compute budget, memo, transfers, burn. The memo stands right before the first transfer, as accounts that require a memo ask. */
export function buildPayout(
  keys: PayoutKeys,
  order: PayoutOrder,
  { unitLimit, unitPrice, blockhash }: ComputeTerms & Pick<Blockhash, 'blockhash'>,
): VersionedTransaction {
  const { treasury, mint, tokenProgram } = keys;
  const owner = treasury.publicKey;
  const from = tokenAccountOf(keys, owner);
  const instructions = [
    ComputeBudgetProgram.setComputeUnitLimit({ units: unitLimit }),
    ComputeBudgetProgram.setComputeUnitPrice({ microLamports: unitPrice }),
    new TransactionInstruction({ programId: MEMO_PROGRAM, keys: [], data: Buffer.from(order.memo) }),
    ...order.transfers.map(({ wallet, amount }) =>
      createTransferCheckedInstruction(
        from,
        mint,
        tokenAccountOf(keys, new PublicKey(wallet)),
        owner,
        amount,
        WATT_DECIMALS,
        [],
        tokenProgram,
      ),
    ),
    ...(order.burn > 0n
      ? [createBurnCheckedInstruction(from, mint, owner, order.burn, WATT_DECIMALS, [], tokenProgram)]
      : []),
  ];
  const message = new TransactionMessage({
    payerKey: keys.feePayer.publicKey,
    recentBlockhash: blockhash,
    instructions,
  });
  // A legacy message has room for all of it, and every reader of history understands it.
  return new VersionedTransaction(message.compileToLegacyMessage());
}

export function signPayout(
  keys: PayoutKeys,
  order: PayoutOrder,
  terms: ComputeTerms & Pick<Blockhash, 'blockhash'>,
): SignedPayout {
  const transaction = buildPayout(keys, order, terms);
  const signers = keys.feePayer === keys.treasury ? [keys.treasury] : [keys.feePayer, keys.treasury];
  transaction.sign(signers);
  const [signature] = transaction.signatures;
  if (!signature) throw new Error('A transaction that was signed has no signature');
  return {
    signature: bs58.encode(signature),
    raw: transaction.serialize(),
    feeLamports: feeOf(signers.length, terms),
  };
}
