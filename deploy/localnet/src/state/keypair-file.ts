import { readFile, writeFile } from 'node:fs/promises';
import { createSigningKey, parseJson, type SigningKey, signingKeyFromSecret } from '@watt/shared';
import { isMissing } from './json-file.ts';

/** Reads a key file in Solana's form (a JSON array of 64 numbers), or makes one that only its owner can read. */
export async function loadOrCreateKeypair(path: string): Promise<SigningKey> {
  try {
    return readKeypair(path, await readFile(path, 'utf8'));
  } catch (error) {
    if (!isMissing(error)) throw error;
    const key = createSigningKey();
    await writeFile(path, JSON.stringify([...key.secret]), { mode: 0o600, flag: 'wx' });
    return key;
  }
}

function readKeypair(path: string, text: string): SigningKey {
  const numbers = parseJson(text);
  if (Array.isArray(numbers)) return signingKeyFromSecret(Uint8Array.from(numbers, Number));
  throw new Error(`${path} does not hold a key; delete the state directory to start a new network`);
}
