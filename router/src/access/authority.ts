import { AppError } from '@watt/shared';

export const SCOPES = ['spend', 'read', 'withdraw'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who makes a call, proven: the wallet whose balance it may touch, and by which right. */
export interface Authority {
  /** Base58. */
  wallet: string;
  /** The API key, or null when the wallet itself signed the request. */
  keyId: string | null;
  scopes: readonly Scope[];
  /** Whether the wallet has ever had a balance here. Anybody can make wallets without end, but not pay from each. */
  isCustomer: boolean;
}

/** Throws AUTHENTICATION_REQUIRED, or SCOPE_MISSING. */
export function requireScope(authority: Authority | null, scope: Scope): Authority {
  const known = requireAuthority(authority);
  if (known.scopes.includes(scope)) return known;
  throw new AppError('SCOPE_MISSING', {
    detail: `The API key ${known.keyId} has no scope "${scope}"`,
    extra: { scope, key_id: known.keyId },
  });
}

/** Throws AUTHENTICATION_REQUIRED, or WALLET_SIGNATURE_REQUIRED for an API key. */
export function requireWalletSignature(authority: Authority | null): Authority {
  const known = requireAuthority(authority);
  if (known.keyId === null) return known;
  throw new AppError('WALLET_SIGNATURE_REQUIRED', { extra: { key_id: known.keyId } });
}

function requireAuthority(authority: Authority | null): Authority {
  if (authority) return authority;
  throw new AppError('AUTHENTICATION_REQUIRED');
}
