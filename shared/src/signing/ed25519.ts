import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign, verify } from 'node:crypto';
import bs58 from 'bs58';
import { publicKeyBytes } from '../ids.ts';
import { isSmallOrder } from './small-order.ts';

// DER wrappers of RFC 8410 around the raw 32 bytes.
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const CACHED_KEYS = 20_000;

/** An Ed25519 key that signs. `secret` is Solana's 64-byte form: seed, then public key. */
export interface SigningKey {
  /** Base58. */
  readonly publicKey: string;
  readonly secret: Uint8Array;
  /** 64 bytes. */
  sign(data: Uint8Array): Uint8Array;
}

export function createSigningKey(seed: Uint8Array = randomBytes(32)): SigningKey {
  if (seed.length !== 32) throw new RangeError(`An Ed25519 seed has 32 bytes, not ${seed.length}`);
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const raw = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.length);
  return {
    publicKey: bs58.encode(raw),
    secret: Uint8Array.from([...seed, ...raw]),
    sign: (data) => sign(null, data, key),
  };
}

/** Reads Solana's 64-byte secret; throws when its public half does not belong to its seed. */
export function signingKeyFromSecret(secret: Uint8Array): SigningKey {
  const key = createSigningKey(secret.subarray(0, 32));
  if (secret.length !== 64 || !Buffer.from(key.secret).equals(Buffer.from(secret))) {
    throw new RangeError('Not a 64-byte Ed25519 secret key with its public key');
  }
  return key;
}

const verifyKeys = new Map<string, KeyObject>();

/** True only for a good signature by this base58 key; false for every malformed input, and for keys that nobody holds. */
export function verifySignature(publicKey: string, data: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64) return false;
  const key = verifyKey(publicKey);
  return key !== null && verify(null, data, key, signature);
}

function verifyKey(publicKey: string): KeyObject | null {
  const known = verifyKeys.get(publicKey);
  if (known) return known;
  const raw = publicKeyBytes(publicKey);
  if (!raw || isSmallOrder(raw)) return null;
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' });
  if (verifyKeys.size >= CACHED_KEYS) verifyKeys.clear();
  verifyKeys.set(publicKey, key);
  return key;
}
