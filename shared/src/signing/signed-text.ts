import { type SigningKey, verifySignature } from './ed25519.ts';

/** What a signature is for. The domain is part of the signed bytes, so a signature made for one use is void in every other. */
export type SignatureDomain = 'watt/frame/1' | 'watt/receipt/1' | 'watt/copy/1' | 'watt/wallet/1';

const SIGNATURE = /^[A-Za-z0-9_-]{86}$/;

/** Signs `<domain>\n<text>` and returns the signature in base64url (86 characters, no padding). */
export function signText(key: SigningKey, domain: SignatureDomain, text: string): string {
  return Buffer.from(key.sign(signedBytes(domain, text))).toString('base64url');
}

export function verifyText(
  publicKey: string,
  domain: SignatureDomain,
  text: string,
  signature: string,
): boolean {
  if (!SIGNATURE.test(signature)) return false;
  const raw = Buffer.from(signature, 'base64url');
  // The last character carries four unused bits; only the form that encodes back to itself is accepted.
  if (raw.toString('base64url') !== signature) return false;
  return verifySignature(publicKey, signedBytes(domain, text), raw);
}

function signedBytes(domain: SignatureDomain, text: string): Buffer {
  return Buffer.from(`${domain}\n${text}`);
}

/** The statement by which a payout wallet agrees to be paid for a node's work, signed by the wallet's key. */
export function walletStatement(node: { nodeId: string; wallet: string }): string {
  return `node ${node.nodeId} pays out to wallet ${node.wallet}`;
}
