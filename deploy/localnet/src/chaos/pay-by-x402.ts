import { type Keypair, PublicKey } from '@solana/web3.js';
import { createJobId, parseJson } from '@watt/shared';
import bs58 from 'bs58';
import { type CustomerContext, type Purchase, ROUND_TRIP, type WayToPay } from './customer.ts';
import { insist } from './insist.ts';
import { buildX402Transaction, x402Header } from './x402-payment.ts';

/** What an x402 402 asks for, as far as a payer needs it. */
interface Asked {
  accepts: [{ amount: string; payTo: string; extra: { feePayer: string; memo: string } }];
  resource: unknown;
}

/** By x402, as its specification says and by hand: a signed transaction in a header, which the router sends. */
export const payByX402: WayToPay = async (context, { wallet }) => {
  const jobId = createJobId();
  const body = JSON.stringify({ ...ROUND_TRIP, job_id: jobId });
  const purchase = (end: Purchase['end'], detail: string): Purchase => ({
    ...{ wallet: wallet.publicKey.toBase58(), way: 'x402', id: jobId, end, detail },
  });
  const call = (headers: Record<string, string> = {}) =>
    fetch(`${context.world.routerUrl}/api/v1/execute`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      signal: AbortSignal.any([context.signal, AbortSignal.timeout(30_000)]),
    });
  let payment: Record<string, string> | null = null;
  return insist<Purchase>(context.signal, {
    attempt: async () => {
      const answer = await call(payment ?? {});
      const text = await answer.text();
      const required = answer.headers.get('payment-required');
      // A new payment only where the old one is proven never to have moved anything: the router asks for one again.
      if (answer.status === 402 && required !== null) {
        payment = await signPayment(context, wallet, decode(required));
        return null;
      }
      if (answer.status === 200) return purchase('delivered', text.slice(0, 200));
      const code = codeIn(text);
      return FINAL.has(code) ? purchase('refused', `${code}: ${text.slice(0, 200)}`) : null;
    },
    giveUp: (last) => purchase('gave_up', last),
  });
};

const FINAL = new Set(['JOB_EXPIRED', 'NO_NODE_AVAILABLE', 'NODE_FAILED']);

function codeIn(text: string): string {
  const body = parseJson(text) as { code?: unknown } | undefined;
  return typeof body?.code === 'string' ? body.code : '';
}

function decode(header: string): Asked {
  return JSON.parse(Buffer.from(header, 'base64').toString('utf8'));
}

async function signPayment(
  { world, onPayment }: CustomerContext,
  wallet: Keypair,
  { accepts: [accepted], resource }: Asked,
): Promise<Record<string, string>> {
  const transaction = await buildX402Transaction(world, {
    from: wallet.publicKey,
    to: new PublicKey(accepted.payTo),
    feePayer: new PublicKey(accepted.extra.feePayer),
    amount: BigInt(accepted.amount),
    memo: accepted.extra.memo,
  });
  transaction.sign([wallet]);
  // The first signature is the fee payer's, which the router makes; it is known to nobody before.
  onPayment(bs58.encode(transaction.signatures[1] ?? new Uint8Array(64)));
  return x402Header({ x402Version: 2, resource, accepted }, transaction);
}
