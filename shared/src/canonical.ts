import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

// The package is CommonJS whose types claim a default export.
const canonicalizeJson = canonicalize as unknown as (value: unknown) => string | undefined;

/** RFC 8785 (JCS) text of a JSON value. Nodes write results in this form, so that anyone can rebuild the hashed bytes. */
export function canonicalJson(value: unknown): string {
  const text = canonicalizeJson(value);
  if (text === undefined) throw new TypeError('The value has no JSON form');
  return text;
}

/** Lower-case hex SHA-256. Text is hashed as UTF-8. */
export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
