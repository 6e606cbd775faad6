/** The way into access: who makes a call, by an API key or a wallet's signature, and what a key may spend. */
export { createApiKey } from './api-key.ts';
export { type Authenticate, createAuthenticator } from './authenticate.ts';
export { type Authority, requireScope, requireWalletSignature, SCOPES, type Scope } from './authority.ts';
export {
  type Grant,
  grantParts,
  type KeyBudget,
  lockBudgets,
  lowerBudgets,
  unusedBudgetParts,
} from './budgets.ts';
export { noteCallers } from './callers.ts';
export { insertKey, listKeys, revokeKey, type StoredKey } from './key-store.ts';
export { forgetNonces } from './nonces.ts';
export type { ReceivedCall } from './request-signature.ts';
