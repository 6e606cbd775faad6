import { createHash } from 'node:crypto';

const HASH_BYTES = 32;

/**
 * A file of a result travels ahead of it as a binary frame: 32 bytes SHA-256, then the bytes. It carries no signature of its
 * own, because the signed result names the hash.
 */
export function encodeArtifactFrame(bytes: Uint8Array): Buffer {
  return Buffer.concat([createHash('sha256').update(bytes).digest(), bytes]);
}

/** Checks the hash; null when the frame is too short or its content does not match. */
export function decodeArtifactFrame(frame: Uint8Array): { sha256: string; bytes: Uint8Array } | null {
  if (frame.length < HASH_BYTES) return null;
  const bytes = frame.subarray(HASH_BYTES);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return sha256 === Buffer.from(frame.subarray(0, HASH_BYTES)).toString('hex') ? { sha256, bytes } : null;
}
