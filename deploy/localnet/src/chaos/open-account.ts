import { setTimeout as sleep } from 'node:timers/promises';
import { createWatt } from '@watt/client';
import type { Account } from './customer.ts';
import type { World } from './world.ts';

const SEEN_LIMIT_MS = 180_000;
const POLL_MS = 200;

/** A wallet with so many WATT, half of it deposited, and an API key to spend that. */
export async function openAccount(
  world: World,
  { routerUrl, wattEach }: { routerUrl: string; wattEach: number },
): Promise<Account> {
  const wallet = await world.wallet(wattEach);
  const watt = createWatt({ baseUrl: routerUrl, wallet, rpcUrl: world.chain.rpcUrl, prepaid: true });
  const deposit = `${Math.floor(wattEach / 2)}`;
  await watt.deposit(deposit);
  const until = performance.now() + SEEN_LIMIT_MS;
  while ((await watt.balance()).available !== deposit) {
    if (performance.now() > until) throw new Error('The router does not see the first deposits');
    await sleep(POLL_MS);
  }
  const { apiKey } = await watt.createKey({ name: 'chaos', scopes: ['spend', 'read'] });
  return { wallet, apiKey };
}
