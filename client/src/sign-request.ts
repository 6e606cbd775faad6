import { createHash, randomUUID } from 'node:crypto';
import { signingKeyFromSecret } from '@watt/shared';
import type { WalletSecret } from './watt-options.ts';

/** A wallet that signs requests: its Ed25519 signature says who calls. */
export interface RequestSigner {
  /** Base58. */
  readonly wallet: string;
  /** 64 bytes. */
  sign(data: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

export interface RequestToSign {
  method: string;
  /** As the router is known to the world, with path and query. */
  url: string;
  /** Empty for none. */
  body: string;
  /** Headers that change how a call is paid; names in small letters. */
  headers: Record<string, string>;
}

const LIFE_SECONDS = 60;
const COVERED_HEADERS = ['idempotency-key', 'x-max-cost'];

export function createRequestSigner(secret: WalletSecret): RequestSigner {
  const key = signingKeyFromSecret(Uint8Array.from('secretKey' in secret ? secret.secretKey : secret));
  return { wallet: key.publicKey, sign: key.sign };
}

/**
 * The headers that sign a request by RFC 9421: method, target and body, once, for a minute. Each attempt needs new ones: the router takes a
 * nonce once.
 */
export async function signatureHeaders(
  signer: RequestSigner,
  request: RequestToSign,
  /** Unix milliseconds. */
  now: number,
): Promise<Record<string, string>> {
  const hash = createHash('sha256').update(request.body).digest('base64');
  const digest = request.body === '' ? null : `sha-256=:${hash}:`;
  const components: [name: string, value: string][] = [
    ['@method', request.method],
    ['@target-uri', request.url],
    ...(digest ? [['content-digest', digest] as [string, string]] : []),
    ...COVERED_HEADERS.flatMap((name): [string, string][] => {
      const value = request.headers[name];
      return value === undefined ? [] : [[name, value]];
    }),
  ];
  const created = Math.floor(now / 1000);
  const names = components.map(([name]) => `"${name}"`).join(' ');
  const input = `(${names});created=${created};expires=${created + LIFE_SECONDS};nonce="${randomUUID()}";keyid="solana:${signer.wallet}";alg="ed25519";tag="watt"`;
  const lines = [
    ...components.map(([name, value]) => `"${name}": ${value}`),
    `"@signature-params": ${input}`,
  ];
  const signature = await signer.sign(Buffer.from(lines.join('\n')));
  return {
    ...(digest && { 'content-digest': digest }),
    'signature-input': `watt=${input}`,
    signature: `watt=:${Buffer.from(signature).toString('base64')}:`,
  };
}
