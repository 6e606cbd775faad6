import { randomUUID } from 'node:crypto';
import { createWatt, WattError } from '@watt/client';
import type { Purchase, WayToPay } from './customer.ts';
import { insist } from './insist.ts';

const AMOUNT = '25';

/** Takes some of the balance back to the wallet, with one idempotency key however often it is asked. */
export const withdraw: WayToPay = async ({ world, signal }, { wallet }) => {
  const watt = createWatt({ baseUrl: world.routerUrl, wallet, rpcUrl: world.chain.rpcUrl, prepaid: true });
  const about = { wallet: wallet.publicKey.toBase58(), way: 'withdrawal' };
  const idempotencyKey = randomUUID();
  let last = 'no answer';
  return insist<Purchase>(signal, {
    async attempt() {
      try {
        const { id } = await watt.withdraw(AMOUNT, { idempotencyKey, signal });
        return { ...about, id, end: 'withdrawn', detail: `${AMOUNT} WATT` };
      } catch (error) {
        if (!(error instanceof WattError)) throw error;
        last = `${error.code}: ${error.message}`;
        return null;
      }
    },
    giveUp: () => ({ ...about, id: idempotencyKey, end: 'gave_up', detail: last }),
  });
};
