import { createTransferCheckedInstruction, getAssociatedTokenAddressSync } from '@solana/spl-token';
import {
  ComputeBudgetProgram,
  Connection,
  Keypair,
  PublicKey,
  SendTransactionError,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import bs58 from 'bs58';
import type { Payer, PaymentOrder, PaymentStatus } from './payer.ts';
import type { SignedPayment } from './resume-ticket.ts';
import { PaymentError } from './watt-error.ts';
import type { WalletSecret } from './watt-options.ts';

const MEMO_PROGRAM = new PublicKey('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');
/** transferChecked of Token-2022 with a memo needs about 30 000. */
const COMPUTE_UNITS = 80_000;

export interface SolanaPayerOptions {
  wallet: WalletSecret;
  rpcUrl: string;
  priorityFeeMicroLamports?: number | undefined;
  fetch?: typeof globalThis.fetch | undefined;
}

/** Pays with a key in memory: transferChecked to the canonical token account and the memo, in one transaction. */
export function createSolanaPayer(options: SolanaPayerOptions): Payer {
  const keypair = toKeypair(options.wallet);
  const connection = new Connection(options.rpcUrl, {
    commitment: 'confirmed',
    disableRetryOnRateLimit: true,
    ...(options.fetch && { fetch: options.fetch }),
  });
  let genesisHash: string | null = null;

  return {
    wallet: keypair.publicKey.toBase58(),

    async sign(order, signal) {
      genesisHash ??= await abortable(() => connection.getGenesisHash(), signal);
      if (genesisHash !== order.network) {
        throw wrongOrder(
          'WRONG_NETWORK',
          `The router watches chain ${order.network}, the wallet pays on ${genesisHash}`,
        );
      }
      const instructions = paymentInstructions(keypair.publicKey, order, options.priorityFeeMicroLamports);
      const latest = await abortable(() => connection.getLatestBlockhash('confirmed'), signal);
      const message = new TransactionMessage({
        payerKey: keypair.publicKey,
        recentBlockhash: latest.blockhash,
        instructions,
      });
      const transaction = new VersionedTransaction(message.compileToV0Message());
      transaction.sign([keypair]);
      return signedPayment(transaction, order, latest.lastValidBlockHeight);
    },

    async send(payment, signal) {
      const bytes = Buffer.from(payment.transaction, 'base64');
      try {
        // The RPC's own retries off: the caller sends again, and knows that it does.
        await abortable(
          () => connection.sendRawTransaction(bytes, { maxRetries: 0, preflightCommitment: 'confirmed' }),
          signal,
        );
        return { refused: null };
      } catch (error) {
        if (error instanceof SendTransactionError) return { refused: error.message };
        throw error;
      }
    },

    status: (payment, signal) => paymentStatus(connection, payment, signal),
  };
}

/** The finalized height is read before the status: a payment unknown after the chain has left its window behind never comes. */
async function paymentStatus(
  connection: Connection,
  payment: SignedPayment,
  signal: AbortSignal,
): Promise<PaymentStatus> {
  const height = await abortable(() => connection.getBlockHeight('finalized'), signal);
  const search = { searchTransactionHistory: true };
  const { value } = await abortable(
    () => connection.getSignatureStatuses([payment.signature], search),
    signal,
  );
  const status = value[0] ?? null;
  if (status === null) return height > payment.lastValidBlockHeight ? 'expired' : 'pending';
  const isSettled = status.confirmationStatus === 'confirmed' || status.confirmationStatus === 'finalized';
  if (!isSettled) return 'pending';
  return status.err === null ? 'confirmed' : 'failed';
}

function paymentInstructions(
  owner: PublicKey,
  order: PaymentOrder,
  priorityFee: number | undefined,
): TransactionInstruction[] {
  const mint = new PublicKey(order.mint);
  const program = new PublicKey(order.tokenProgram);
  const source = getAssociatedTokenAddressSync(mint, owner, true, program);
  const target = getAssociatedTokenAddressSync(mint, new PublicKey(order.payTo), true, program);
  if (target.toBase58() !== order.tokenAccount) {
    throw wrongOrder(
      'WRONG_TOKEN_ACCOUNT',
      `${order.tokenAccount} is not the token account of ${order.payTo}`,
    );
  }
  const transfer = createTransferCheckedInstruction(
    source,
    mint,
    target,
    owner,
    order.amountBase,
    order.decimals,
    [],
    program,
  );
  const memo = new TransactionInstruction({
    programId: MEMO_PROGRAM,
    keys: [],
    data: Buffer.from(order.memo),
  });
  if (priorityFee === undefined) return [transfer, memo];
  return [
    ComputeBudgetProgram.setComputeUnitLimit({ units: COMPUTE_UNITS }),
    ComputeBudgetProgram.setComputeUnitPrice({ microLamports: priorityFee }),
    transfer,
    memo,
  ];
}

function signedPayment(
  transaction: VersionedTransaction,
  order: PaymentOrder,
  lastValidBlockHeight: number,
): SignedPayment {
  const [signature] = transaction.signatures;
  if (!signature) throw new Error('The transaction was not signed');
  return {
    signature: bs58.encode(signature),
    transaction: Buffer.from(transaction.serialize()).toString('base64'),
    lastValidBlockHeight,
    amountBase: String(order.amountBase),
    memo: order.memo,
  };
}

function toKeypair(wallet: WalletSecret): Keypair {
  const secret = 'secretKey' in wallet ? wallet.secretKey : wallet;
  return Keypair.fromSecretKey(Uint8Array.from(secret));
}

function wrongOrder(code: string, message: string): PaymentError {
  return new PaymentError({ code, message, fix: 'Check the base URL and `rpcUrl`; nothing was paid.' });
}

/** web3.js takes no signal; its request is left behind when the call is aborted. */
async function abortable<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
