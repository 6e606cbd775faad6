import { createKeyPairSignerFromBytes } from '@solana/kit';
import type { Keypair } from '@solana/web3.js';
import { wrapFetchWithPayment, x402Client, x402HTTPClient } from '@x402/fetch';
import { ExactSvmScheme } from '@x402/svm/exact/client';
import { type Called, call } from './call.ts';
import type { Market } from './start-market.ts';

/** An agent with the unmodified client of the x402 project, told to spend WATT as the 402's body says. */
export interface X402Payer {
  /** `fetch` that pays. */
  fetch: typeof fetch;
  /** Calls without payment and signs for what the 402 asks, without sending it. */
  sign(url: string, body: object): Promise<SignedCall>;
}

export interface SignedCall {
  jobId: string;
  body: object;
  /** What was asked for, as the header said it. */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of every shape
  required: any;
  headers: Record<string, string>;
  /** Sends the call with its payment, and whatever else is given in its place. */
  send(other?: { body?: object; headers?: Record<string, string>; url?: string }): Promise<Called>;
}

export async function createX402Payer(market: Market, wallet: Keypair): Promise<X402Payer> {
  const signer = await createKeyPairSignerFromBytes(wallet.secretKey);
  const client = new x402Client()
    .register('solana:*', new ExactSvmScheme(signer, { rpcUrl: market.chain.rpcUrl }))
    .setSpendControls({ allowedAssets: [{ network: 'solana:*', asset: market.mint.toBase58() }] });
  const http = new x402HTTPClient(client);
  return {
    fetch: wrapFetchWithPayment(fetch, client),
    async sign(url, body) {
      const unpaid = await call('POST', url, body);
      const required = http.getPaymentRequiredResponse((name) => unpaid.headers.get(name), unpaid.body);
      const headers = http.encodePaymentSignatureHeader(await client.createPaymentPayload(required));
      return {
        jobId: unpaid.body.job_id,
        body,
        required,
        headers,
        send: (other = {}) => call('POST', other.url ?? url, other.body ?? body, other.headers ?? headers),
      };
    },
  };
}

/** What an x402 header says. */
// biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of every shape
export function readHeader(headers: Headers, name: string): any {
  const text = headers.get(name);
  return text === null ? null : JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
}
