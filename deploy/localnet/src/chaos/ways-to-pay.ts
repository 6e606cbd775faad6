import { payWithSdk, type WayToPay } from './customer.ts';
import { payByX402 } from './pay-by-x402.ts';
import { withdraw } from './withdraw.ts';

/** Every way in, and the way back out. */
export const WAYS_TO_PAY: readonly WayToPay[] = [
  payWithSdk('commitment memo', ({ chain }, { wallet }) => ({
    ...{ wallet, rpcUrl: chain.rpcUrl, payWith: 'commitment' },
  })),
  payWithSdk('plain memo', ({ chain }, { wallet }) => ({
    ...{ wallet, rpcUrl: chain.rpcUrl, payWith: 'memo' },
  })),
  payWithSdk('API key', (_, { apiKey }) => ({ apiKey })),
  payWithSdk('signed, else memo', ({ chain }, { wallet }) => ({
    ...{ wallet, rpcUrl: chain.rpcUrl, prepaid: true },
  })),
  payByX402,
  withdraw,
];
