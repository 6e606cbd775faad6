import { randomUUID } from 'node:crypto';
import { WattError } from '@watt/client';
import type { Errand, Purchase } from './customer.ts';
import { insist } from './insist.ts';
import { SIGNATURE, wattOf } from './means.ts';

const AMOUNT = '25';

/** Takes some of the balance back to the wallet, with one idempotency key however often it is asked. */
export const withdraw: Errand = async (context, account) => {
  const { signal } = context;
  const watt = wattOf(context, account, SIGNATURE);
  const about = { wallet: account.wallet.publicKey.toBase58(), way: 'withdrawal', charged: null };
  const idempotencyKey = randomUUID();
  let last = 'no answer';
  return insist<Purchase[]>(signal, {
    async attempt() {
      try {
        const { id } = await watt.withdraw(AMOUNT, { idempotencyKey, signal });
        return [{ ...about, id, end: 'withdrawn', detail: `${AMOUNT} WATT` }];
      } catch (error) {
        if (!(error instanceof WattError)) throw error;
        last = `${error.code}: ${error.message}`;
        return null;
      }
    },
    giveUp: () => [{ ...about, id: idempotencyKey, end: 'gave_up', detail: last }],
  });
};
