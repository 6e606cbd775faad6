import { createWatt, type Watt, type WattOptions } from '@watt/client';
import type { Account, CustomerContext } from './customer.ts';
import type { World } from './world.ts';

/** A way to pay that the SDK knows. */
export interface Means {
  name: string;
  options(world: World, account: Account): Partial<WattOptions>;
}

export const COMMITMENT: Means = {
  name: 'commitment memo',
  options: ({ chain }, { wallet }) => ({ wallet, rpcUrl: chain.rpcUrl, payWith: 'commitment' }),
};
export const PLAIN_MEMO: Means = {
  name: 'plain memo',
  options: ({ chain }, { wallet }) => ({ wallet, rpcUrl: chain.rpcUrl, payWith: 'memo' }),
};
export const API_KEY: Means = { name: 'API key', options: (_, { apiKey }) => ({ apiKey }) };
export const SIGNATURE: Means = {
  name: 'signed, else memo',
  options: ({ chain }, { wallet }) => ({ wallet, rpcUrl: chain.rpcUrl, prepaid: true }),
};

/** The SDK as this customer has it. */
export function wattOf({ world, routerUrl }: CustomerContext, account: Account, means: Means): Watt {
  return createWatt({ baseUrl: routerUrl, ...means.options(world, account) });
}
