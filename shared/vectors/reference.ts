import bs58 from 'bs58';
import nacl from 'tweetnacl';

/** Order of the Ed25519 base point (RFC 8032, section 5.1). */
const GROUP_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

export interface ReferenceKey {
  publicKey: string;
  secret: Uint8Array;
}

/**
 * The protocol's signatures written a second time, on tweetnacl and without a line of `src`: what the test vectors are made
 * with, and what they are checked against beside node:crypto.
 */
export function referenceKey(seedByte: number): ReferenceKey {
  const pair = nacl.sign.keyPair.fromSeed(new Uint8Array(32).fill(seedByte));
  return { publicKey: bs58.encode(pair.publicKey), secret: pair.secretKey };
}

export function referenceSign(key: ReferenceKey, domain: string, text: string): string {
  return toBase64url(nacl.sign.detached(utf8(`${domain}\n${text}`), key.secret));
}

/** What tweetnacl says alone. It does not check that s is below the group order, nor that the key has a secret. */
export function bareVerify(publicKey: string, domain: string, text: string, signature: string): boolean {
  const bytes = fromBase64url(signature);
  const key = bs58.decodeUnsafe(publicKey);
  if (bytes?.length !== 64 || key?.length !== 32) return false;
  return nacl.sign.detached.verify(utf8(`${domain}\n${text}`), bytes, key);
}

/** What a verifier must say: tweetnacl with the checks that it leaves to its caller. */
export function referenceVerify(publicKey: string, domain: string, text: string, signature: string): boolean {
  const bytes = fromBase64url(signature);
  if (!bytes || toBase64url(bytes) !== signature || littleEndian(bytes.subarray(32)) >= GROUP_ORDER)
    return false;
  return bareVerify(publicKey, domain, text, signature) && !hasSmallOrder(publicKey);
}

/** The signature with the group order added to s: the same equation holds, the bytes differ. */
export function malleate(signature: string): string {
  const bytes = Uint8Array.from(fromBase64url(signature) ?? []);
  let s = littleEndian(bytes.subarray(32)) + GROUP_ORDER;
  for (let i = 32; i < 64; i += 1, s >>= 8n) bytes[i] = Number(s & 0xffn);
  return toBase64url(bytes);
}

export function toBase64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

function fromBase64url(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return null;
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
}

const FIELD = 2n ** 255n - 19n;
const ORDER_8_Y = 2707385501144840649318225287225658788936804267575313519463743609750303402022n;

function hasSmallOrder(publicKey: string): boolean {
  const y = (littleEndian(bs58.decodeUnsafe(publicKey) ?? new Uint8Array()) % 2n ** 255n) % FIELD;
  return [0n, 1n, FIELD - 1n, ORDER_8_Y, FIELD - ORDER_8_Y].includes(y);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
