import { createHash, timingSafeEqual } from 'node:crypto';

const MEMBER = /^\s*([a-z0-9*_.-]+)=:([A-Za-z0-9+/]*={0,2}):\s*$/;
const HASHES: Record<string, string> = { 'sha-256': 'sha256', 'sha-512': 'sha512' };

/**
 * Whether a `content-digest` header is that of exactly these bytes. Every digest of a known algorithm must hold, and there must be one.
 * Source: RFC 9530.
 */
export function isDigestOf(header: string, body: Uint8Array): boolean {
  let known = 0;
  for (const part of header.split(',')) {
    const [, name = '', digest = ''] = MEMBER.exec(part) ?? [];
    const hash = HASHES[name];
    if (name === '') return false;
    if (!hash) continue;
    const given = Buffer.from(digest, 'base64');
    const own = createHash(hash).update(body).digest();
    if (given.length !== own.length || !timingSafeEqual(given, own)) return false;
    known += 1;
  }
  return known > 0;
}
