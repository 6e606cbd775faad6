import { type Keypair, PublicKey, type TransactionInstruction } from '@solana/web3.js';
import { buildX402Transaction, x402Header } from '../../src/chaos/x402-payment.ts';
import type { Market } from './start-market.ts';

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

/** A `PAYMENT-SIGNATURE` made by hand for what a 402 asked; without changes it is as good as the stock client's. */
export async function craftPayment(
  market: Market,
  payer: Keypair,
  // biome-ignore lint/suspicious/noExplicitAny: what a 402's header said
  required: any,
  { destination, amount, memo, feePayer, signers, accepted, extra, x402Version, ...changes }: Craft = {},
): Promise<Record<string, string>> {
  const [asked] = required.accepts;
  const transaction = await buildX402Transaction(market, {
    from: payer.publicKey,
    to: destination ?? market.computeWallet.publicKey,
    feePayer: feePayer ?? new PublicKey(asked.extra.feePayer),
    amount: amount ?? BigInt(asked.amount),
    memo: memo ?? asked.extra.memo,
    ...changes,
  });
  transaction.sign(signers ?? [payer]);
  const payment = {
    x402Version: x402Version ?? 2,
    resource: required.resource,
    accepted: { ...asked, ...accepted, extra: { ...asked.extra, ...extra } },
  };
  return x402Header(payment, transaction);
}
