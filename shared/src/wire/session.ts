import { createHash, randomBytes } from 'node:crypto';

/** 32 random bytes in base64url. */
export function createNonce(): string {
  return randomBytes(32).toString('base64url');
}

/** The session's name: both sides derive it from both nonces, so that neither can bring about an old session again. */
export function sessionId(nonces: { router: string; node: string }): string {
  return createHash('sha256').update(`${nonces.router}:${nonces.node}`).digest('base64url');
}
