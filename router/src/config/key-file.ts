import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createSigningKey, parseJson, type SigningKey, signingKeyFromSecret } from '@watt/shared';
import bs58 from 'bs58';
import { ConfigError } from './config.ts';

/**
 * Reads Solana's two usual forms of a secret key, base58 text or a JSON array of 64 numbers; null for anything else, and for a
 * key whose public half does not belong to its secret one.
 */
export function parseSigningKey(text: string): SigningKey | null {
  const secret = parseSecret(text);
  try {
    return secret && signingKeyFromSecret(secret);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function parseSecret(text: string): Uint8Array | null {
  const json = parseJson(text);
  if (Array.isArray(json)) return json.length === 64 && json.every(isByte) ? Uint8Array.from(json) : null;
  if (!/^[1-9A-HJ-NP-Za-km-z]{80,90}$/.test(text)) return null;
  const bytes = bs58.decode(text);
  return bytes.length === 64 ? bytes : null;
}

function isByte(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255;
}

/** Loads a key file in Solana's JSON form, or writes a new one that only its owner can read. */
export async function loadOrCreateKey(path: string): Promise<SigningKey> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new ConfigError([`${path} cannot be read: ${error.code}`]);
  });
  if (!found) return createKeyFile(path);
  if (found.mode & 0o077) throw new ConfigError([`${path} can be read by others: run chmod 600 ${path}`]);
  const key = parseSigningKey((await readFile(path, 'utf8')).trim());
  if (!key) throw new ConfigError([`${path} does not hold a 64-byte secret key`]);
  return key;
}

async function createKeyFile(path: string): Promise<SigningKey> {
  const key = createSigningKey();
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, JSON.stringify([...key.secret]), { mode: 0o600, flag: 'wx' });
  return key;
}
