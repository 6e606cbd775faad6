import { createHmac } from 'node:crypto';
import { type JobId, parseJobId } from '@watt/shared';
import { fieldError } from './validate.ts';

const KEY = /^[\x21-\x7e]{1,255}$/;

/** Reads an `idempotency-key` header. Throws INVALID_REQUEST. */
export function readIdempotencyKey(value: string | string[] | undefined): string | null {
  if (value === undefined) return null;
  if (typeof value === 'string' && KEY.test(value)) return value;
  throw fieldError({
    field: 'idempotency-key',
    message: 'is not a key',
    fix: 'Give 1 to 255 visible ASCII characters, such as a UUID.',
  });
}

/**
 * The job id that a wallet's Idempotency-Key stands for. Whoever knows a job's id may read it, so it is made with a secret: neither wallet nor
 * key need be hard to guess. The same secret must be given to all routers of one database.
 */
export function idempotentJobId(secret: Uint8Array, wallet: string, key: string): JobId {
  return hashedJobId(secret, `watt/job-id/1\n${wallet}\n${key}`);
}

/** A job id that stands for a text, and that only those who have the secret can make. */
export function hashedJobId(secret: Uint8Array, text: string): JobId {
  const hash = createHmac('sha256', secret).update(text).digest();
  // RFC 9562, version 8: a UUID of one's own making.
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x80;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)];
  const id = parseJobId(parts.join('-'));
  if (!id) throw new Error('A hash in the form of a UUID is one');
  return id;
}
