import { sha256Hex } from '../canonical.ts';
import type { SigningKey } from '../signing/ed25519.ts';
import { signText, verifyText } from '../signing/signed-text.ts';

const SIGNATURE_LENGTH = 86;

/** A text frame taken apart. `header` is the exact signed text; `body` is bound to it by `body_sha256` in the header. */
export interface Frame {
  signature: string;
  header: string;
  body: string | null;
}

export type FrameFault = 'not_a_frame' | 'bad_signature' | 'bad_json' | 'bad_body_hash';

/**
 * Writes `<base64url signature>.<header json>`, and after a line feed the body if there is one. The signature covers the
 * header's exact bytes; the header names the SHA-256 of the body, so nothing is ever serialised twice.
 */
export function encodeFrame(key: SigningKey, header: object, body: string | null = null): string {
  const text = JSON.stringify(body === null ? header : { ...header, body_sha256: sha256Hex(body) });
  const signature = signText(key, 'watt/frame/1', text);
  return body === null ? `${signature}.${text}` : `${signature}.${text}\n${body}`;
}

/** Takes a frame apart without trusting any of it; null when it does not have the form. */
export function splitFrame(text: string): Frame | null {
  if (text.length <= SIGNATURE_LENGTH + 1 || text[SIGNATURE_LENGTH] !== '.') return null;
  const lineFeed = text.indexOf('\n', SIGNATURE_LENGTH);
  return {
    signature: text.slice(0, SIGNATURE_LENGTH),
    header: lineFeed < 0 ? text.slice(SIGNATURE_LENGTH + 1) : text.slice(SIGNATURE_LENGTH + 1, lineFeed),
    body: lineFeed < 0 ? null : text.slice(lineFeed + 1),
  };
}

/** Verifies a frame against the peer's key and returns its parsed header, whose shape is still to be checked. */
export function openFrame(frame: Frame, publicKey: string): { header: unknown } | { fault: FrameFault } {
  if (!verifyText(publicKey, 'watt/frame/1', frame.header, frame.signature))
    return { fault: 'bad_signature' };
  const header = parseJson(frame.header);
  if (typeof header !== 'object' || header === null || Array.isArray(header)) return { fault: 'bad_json' };
  const bodyHash = (header as { body_sha256?: unknown }).body_sha256;
  const isBodyBound = frame.body === null ? bodyHash === undefined : bodyHash === sha256Hex(frame.body);
  return isBodyBound ? { header } : { fault: 'bad_body_hash' };
}

/** JSON from outside, or undefined: text that is no JSON is an answer here, not a surprise. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
