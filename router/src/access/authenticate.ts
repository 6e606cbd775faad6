import { AppError } from '@watt/shared';
import type { SqlClient } from '../db/connect.ts';
import { isSecretOf, parseApiKey } from './api-key.ts';
import { type Authority, SCOPES } from './authority.ts';
import { findKey, touchKey } from './key-store.ts';
import { takeNonce } from './nonces.ts';
import { type ReceivedCall, verifyRequestSignature } from './request-signature.ts';

export interface AuthenticatorOptions {
  sql: SqlClient;
  clock: () => number;
  /** The public origin that signatures must name; never the Host header, which the caller writes. */
  origin: () => string;
  /** The environment in the keys of this router, e.g. `live`. */
  keyEnvironment: string;
}

/** Who makes a call. Null only when it carries no credential at all: a bad one is refused, and never falls back to another payer. */
export type Authenticate = (call: ReceivedCall) => Promise<Authority | null>;

const BEARER = /^Bearer +(\S+)$/i;

export function createAuthenticator(options: AuthenticatorOptions): Authenticate {
  const { sql, clock } = options;

  async function byKey(header: string): Promise<Authority> {
    const key = parseApiKey(BEARER.exec(header)?.[1] ?? '');
    if (!key) throw keyInvalid('The authorization header is not "Bearer watt_<environment>_<id>_<secret>"');
    if (key.environment !== options.keyEnvironment) {
      throw keyInvalid(`The key is for "${key.environment}", this router is "${options.keyEnvironment}"`);
    }
    const stored = await findKey(sql, key.id);
    if (!stored || !isSecretOf(key.secret, stored.secretSha256)) throw keyInvalid();
    const extra = { key_id: stored.id };
    if (stored.revokedAt !== null) throw new AppError('API_KEY_REVOKED', { extra });
    if (stored.expiresAt !== null && stored.expiresAt <= clock())
      throw new AppError('API_KEY_EXPIRED', { extra });
    await touchKey(sql, stored.id);
    return { wallet: stored.wallet, keyId: stored.id, scopes: stored.scopes, isCustomer: stored.isCustomer };
  }

  async function bySignature(call: ReceivedCall): Promise<Authority | null> {
    const proof = await verifyRequestSignature(call, { origin: options.origin(), now: clock() });
    if (!proof) return null;
    const taken = await takeNonce(sql, proof);
    if (!taken) throw new AppError('SIGNATURE_REPLAYED');
    return { wallet: proof.wallet, keyId: null, scopes: SCOPES, ...taken };
  }

  return async (call) => {
    const { authorization } = call.headers;
    const isSigned = ['signature', 'signature-input'].some((name) => call.headers[name] !== undefined);
    if (authorization !== undefined && isSigned) {
      throw new AppError('SIGNATURE_INVALID', { detail: 'Send an API key or a signature, not both' });
    }
    if (authorization !== undefined) return byKey(String(authorization));
    return isSigned ? bySignature(call) : null;
  };
}

function keyInvalid(detail?: string): AppError {
  return new AppError('API_KEY_INVALID', { ...(detail && { detail }) });
}
