import { AppError, parseWallet, verifySignature, type Wallet } from '@watt/shared';
import { httpbis } from 'http-message-signatures';
import { isDigestOf } from './content-digest.ts';

/** A call as it came, before anything about it was believed. */
export interface ReceivedCall {
  method: string;
  /** Path and query, letter for letter. */
  target: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The exact bytes of the body; empty without one. */
  body: Uint8Array;
}

export interface RequestProof {
  wallet: Wallet;
  nonce: string;
  /** Unix milliseconds after which the signature is void. */
  voidAt: number;
}

const KEY_ID = /^solana:([1-9A-HJ-NP-Za-km-z]{32,44})$/;
const NONCE = /^[\x21-\x7e]{16,128}$/;
const TAG = 'watt';
const MAX_LIFE_SECONDS = 300;
const SKEW_SECONDS = 30;
/** What changes how a call is paid must be covered where it is sent. */
const COVERED_WHEN_SENT = ['idempotency-key', 'x-max-cost'];

/**
 * Verifies the RFC 9421 signature of a call by a wallet (Ed25519, `keyid="solana:<public key>"`, `tag="watt"`). Null for an unsigned call.
 * Throws SIGNATURE_INVALID or SIGNATURE_EXPIRED. That its nonce is new, the caller has to see to.
 *
 * The library verifies a signature over what the signature says it covers. What it must cover, that the body is the digested one and that
 * the times are numbers within bounds is checked here.
 */
export async function verifyRequestSignature(
  call: ReceivedCall,
  { origin, now }: { origin: string; now: number },
): Promise<RequestProof | null> {
  const url = `${origin}${call.target}`;
  const headers = Object.fromEntries(
    Object.entries(call.headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const covered: string[] = [];
  let claimed: { proof: RequestProof } | null = null;
  let signatures = 0;
  const isValid = await httpbis
    .verifyMessage(
      {
        // Its clock is not ours: all times are checked below.
        tolerance: Number.POSITIVE_INFINITY,
        notAfter: Number.POSITIVE_INFINITY,
        keyLookup: async (params) => {
          signatures += 1;
          if (signatures > 1) throw invalid('A request carries one signature, not several');
          const proof = readParams(params, now);
          claimed = { proof };
          return {
            algs: ['ed25519'],
            verify: async (data, signature) => verifySignature(proof.wallet, data, signature),
          };
        },
        componentParser: (name, params) => {
          if (params.size > 0) throw invalid(`The component "${name}" must be covered without parameters`);
          if (covered.includes(name)) throw invalid(`The component "${name}" is covered twice`);
          covered.push(name);
          return null;
        },
      },
      { method: call.method, url, headers },
    )
    .catch((error: unknown) => {
      if (error instanceof AppError) throw error;
      // Whatever the library cannot read is a signature that does not hold.
      throw invalid(error instanceof Error ? error.message : 'The signature cannot be read', error);
    });
  if (isValid === null && signatures === 0) return null;
  const { proof } = (claimed as { proof: RequestProof } | null) ?? {};
  if (isValid !== true || !proof) throw invalid(`It is not the wallet's signature of ${call.method} ${url}`);
  checkCoverage(call, covered);
  return proof;
}

function readParams(params: Record<string, unknown>, now: number): RequestProof {
  const { keyid, nonce, tag, alg, created, expires } = params;
  const wallet = parseWallet(KEY_ID.exec(String(keyid))?.[1] ?? '');
  if (!wallet) throw invalid('`keyid` must be "solana:<the wallet in base58>"');
  if (tag !== TAG) throw invalid(`\`tag\` must be "${TAG}"`);
  if (alg !== undefined && alg !== 'ed25519') throw invalid('`alg` must be "ed25519", or left out');
  if (typeof nonce !== 'string' || !NONCE.test(nonce)) {
    throw invalid('`nonce` must be 16 to 128 visible ASCII characters');
  }
  const createdAt = created instanceof Date ? created.getTime() / 1000 : Number.NaN;
  if (!Number.isInteger(createdAt) || typeof expires !== 'number' || !Number.isInteger(expires)) {
    throw invalid('`created` and `expires` must be there, as whole Unix seconds');
  }
  if (expires <= createdAt || expires - createdAt > MAX_LIFE_SECONDS) {
    throw invalid(`\`expires\` must be later than \`created\`, by at most ${MAX_LIFE_SECONDS} seconds`);
  }
  const seconds = now / 1000;
  if (createdAt > seconds + SKEW_SECONDS) throw expired('`created` is in the future', now);
  if (expires < seconds - SKEW_SECONDS) throw expired('`expires` is over', now);
  return { wallet, nonce, voidAt: (expires + SKEW_SECONDS) * 1000 };
}

function checkCoverage(call: ReceivedCall, covered: readonly string[]): void {
  const hasBody = call.body.length > 0;
  const required = [
    '@method',
    '@target-uri',
    ...(hasBody ? ['content-digest'] : []),
    ...COVERED_WHEN_SENT.filter((name) => call.headers[name] !== undefined),
  ];
  const missing = required.filter((name) => !covered.includes(name));
  if (missing.length > 0) throw invalid(`The signature must cover ${missing.join(', ')}`);
  const digest = call.headers['content-digest'];
  if (hasBody && (typeof digest !== 'string' || !isDigestOf(digest, call.body))) {
    throw invalid('`content-digest` is not the digest of the body that came');
  }
}

function invalid(detail: string, cause?: unknown): AppError {
  return new AppError('SIGNATURE_INVALID', { detail, ...(cause !== undefined && { cause }) });
}

function expired(detail: string, now: number): AppError {
  return new AppError('SIGNATURE_EXPIRED', {
    detail: `The request signature is not valid now: ${detail}`,
    extra: { server_time: Math.floor(now / 1000) },
  });
}
