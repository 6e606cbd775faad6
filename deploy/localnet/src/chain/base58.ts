import bs58 from 'bs58';

/** Base58 is slow for what it does, and the same few addresses come again and again: both directions are remembered up to here. */
const MAX_REMEMBERED = 50_000;

const textByBytes = new Map<string, string>();
const bytesByText = new Map<string, Uint8Array>();

/** The base58 form of an address or blockhash. */
export function encodeAddress(bytes: Uint8Array): string {
  const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const known = textByBytes.get(key);
  if (known !== undefined) return known;
  const text = bs58.encode(bytes);
  if (textByBytes.size >= MAX_REMEMBERED) textByBytes.clear();
  textByBytes.set(key, text);
  return text;
}

/** The bytes of an address; not to be written to. @throws Error for what is not base58. */
export function decodeAddress(text: string): Uint8Array {
  const known = bytesByText.get(text);
  if (known !== undefined) return known;
  const bytes = bs58.decode(text);
  if (bytesByText.size >= MAX_REMEMBERED) bytesByText.clear();
  bytesByText.set(text, bytes);
  return bytes;
}
