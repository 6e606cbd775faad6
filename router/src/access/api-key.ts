import { createHash, timingSafeEqual } from 'node:crypto';
import { sha256Hex } from '@watt/shared';
import bs58 from 'bs58';

const ID_BYTES = 12;
const SECRET_BYTES = 32;
const FORM = /^watt_([a-z]{2,12})_([1-9A-HJ-NP-Za-km-z]{8,20})_([1-9A-HJ-NP-Za-km-z]{32,50})$/;

/** `watt_<environment>_<id>_<secret>`: the id may be shown, the secret is known to its holder only. */
export interface ApiKeyText {
  environment: string;
  id: string;
  secret: string;
}

/** Makes a key. `text` is shown once; what is kept is the id and the secret's SHA-256. */
export function createApiKey(
  environment: string,
  random: (bytes: number) => Uint8Array,
): { id: string; text: string; secretSha256: string } {
  const id = bs58.encode(random(ID_BYTES));
  const secret = bs58.encode(random(SECRET_BYTES));
  return { id, text: `watt_${environment}_${id}_${secret}`, secretSha256: sha256Hex(secret) };
}

export function parseApiKey(text: string): ApiKeyText | null {
  const [, environment, id, secret] = FORM.exec(text) ?? [];
  return environment && id && secret ? { environment, id, secret } : null;
}

/** Compares in constant time, so that nobody learns a secret letter by letter. */
export function isSecretOf(secret: string, sha256: string): boolean {
  const kept = Buffer.from(sha256, 'hex');
  const given = createHash('sha256').update(secret).digest();
  return kept.length === given.length && timingSafeEqual(kept, given);
}
