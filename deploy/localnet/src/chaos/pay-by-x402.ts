import { type Keypair, PublicKey } from '@solana/web3.js';
import { createJobId, parseJson, parseWatt } from '@watt/shared';
import { type CustomerContext, type Errand, FINAL, type Purchase, ROUND_TRIP } from './customer.ts';
import { insist } from './insist.ts';
import { sharedPage } from './pages.ts';
import { buildX402Transaction, x402Header } from './x402-payment.ts';

/** What an x402 402 asks for, as far as a payer needs it. */
interface Asked {
  accepts: [{ amount: string; payTo: string; extra: { feePayer: string; memo: string } }];
  resource: unknown;
}

/** An answer after which nothing more is to be paid: 200, or a refusal for good. */
interface Answered {
  status: number;
  body: { code?: unknown; watt_charged?: unknown };
  text: string;
}

/** Buys a program or a page by x402. */
export const buyByX402: Errand = async (context, { wallet }) => {
  const jobId = createJobId();
  const [path, request] = context.random.chance(0.5)
    ? ['execute', ROUND_TRIP]
    : ['scrape', sharedPage(context.random)];
  const about = { wallet: wallet.publicKey.toBase58(), way: `${path}, x402`, id: jobId };
  const body = JSON.stringify({ ...request, job_id: jobId });
  const answered = await payByX402(context, wallet, { path, body });
  return [{ ...about, ...endOf(answered) }];
};

function endOf(answered: Answered | string): Omit<Purchase, 'wallet' | 'way' | 'id'> {
  if (typeof answered === 'string') return { end: 'gave_up', charged: null, detail: answered };
  const { status, body, text } = answered;
  const detail = text.slice(0, 200);
  if (status !== 200) return { end: 'refused', charged: 0n, detail };
  return { end: 'delivered', charged: parseWatt(String(body.watt_charged)), detail };
}

/**
 * Makes one call and pays for it by x402, as its specification says and by hand: a signed transaction in a header, which the router sends.
 * Resolves with the final answer, or with the last thing that was heard when there was none in time.
 */
export async function payByX402(
  context: CustomerContext,
  wallet: Keypair,
  { path, body }: { path: string; body: string },
): Promise<Answered | string> {
  const call = (headers: Record<string, string> = {}) =>
    fetch(`${context.routerUrl}/api/v1/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      signal: AbortSignal.any([context.signal, AbortSignal.timeout(30_000)]),
    });
  let payment: Record<string, string> | null = null;
  return insist<Answered | string>(context.signal, {
    attempt: async () => {
      const answer = await call(payment ?? {});
      const text = await answer.text();
      const required = answer.headers.get('payment-required');
      // A new payment only where the old one is proven never to have moved anything: the router asks for one again.
      if (answer.status === 402 && required !== null) {
        payment = await signPayment(context, wallet, decode(required));
        return null;
      }
      const parsed = (parseJson(text) ?? {}) as Answered['body'];
      const isFinal = answer.status === 200 || FINAL.has(String(parsed.code));
      return isFinal ? { status: answer.status, body: parsed, text } : null;
    },
    giveUp: (last) => last,
  });
}

function decode(header: string): Asked {
  return JSON.parse(Buffer.from(header, 'base64').toString('utf8'));
}

async function signPayment(
  { world }: CustomerContext,
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
  return x402Header({ x402Version: 2, resource, accepted }, transaction);
}
