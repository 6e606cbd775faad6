import { randomUUID } from 'node:crypto';
import bs58 from 'bs58';

/** A job's UUID, lower case. The agent chooses it, or the router does. */
export type JobId = string & { readonly __id: 'job' };
/** One lease of a job to one node: a UUID made by the router. */
export type AttemptId = string & { readonly __id: 'attempt' };
/** A node's Ed25519 public key in base58: the key is the identity. */
export type NodeId = string & { readonly __id: 'node' };
/** A Solana wallet address in base58. */
export type Wallet = string & { readonly __id: 'wallet' };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Accepts a UUID of any version in any case; null when the text is not one. */
export function parseJobId(text: string): JobId | null {
  return UUID.test(text) ? (text.toLowerCase() as JobId) : null;
}

export function createJobId(): JobId {
  return randomUUID() as JobId;
}

export function createAttemptId(): AttemptId {
  return randomUUID() as AttemptId;
}

/** The 32 bytes behind a base58 public key, or null. */
export function publicKeyBytes(text: string): Uint8Array | null {
  if (text.length < 32 || text.length > 44) return null;
  try {
    const bytes = bs58.decode(text);
    return bytes.length === 32 ? bytes : null;
  } catch {
    // bs58 throws on letters outside its alphabet, which is the answer "no".
    return null;
  }
}

export function parseNodeId(text: string): NodeId | null {
  return publicKeyBytes(text) ? (text as NodeId) : null;
}

export function parseWallet(text: string): Wallet | null {
  return publicKeyBytes(text) ? (text as Wallet) : null;
}
