import { verifyText } from '@watt/shared';

const SIGNATURE_LENGTH = 86;

/** Takes `<signature>.<text>` apart; throws when the signature does not hold. */
export function openSigned(publicKey: string, frame: string): string {
  const text = frame.slice(SIGNATURE_LENGTH + 1);
  if (verifyText(publicKey, 'watt/frame/1', text, frame.slice(0, SIGNATURE_LENGTH))) return text;
  throw new Error('The signature of the frame does not match');
}
