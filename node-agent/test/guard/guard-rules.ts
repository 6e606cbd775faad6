import { DEFAULT_WEB_PORTS } from '@watt/shared';
import type { GuardOptions } from '../../src/guard/guard.ts';

/** A guard's options with nothing allowed, nothing of its own, and no names. */
export function strictRules(overrides: Partial<GuardOptions> = {}): GuardOptions {
  return {
    allowPrivate: [],
    ports: DEFAULT_WEB_PORTS,
    domains: () => [],
    routerHosts: () => [],
    ownAddresses: () => [],
    connectTimeoutMs: 1_000,
    lookup: () => Promise.reject(new Error('nothing was to be resolved')),
    ...overrides,
  };
}
