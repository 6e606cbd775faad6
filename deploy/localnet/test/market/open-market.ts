import { afterAll } from 'vitest';
import { type MoneyReader, readMoney } from './read-money.ts';
import { type Market, startMarket } from './start-market.ts';
import { connectWillingNode, type WillingNode } from './willing-node.ts';

export interface OpenMarket {
  market: Market;
  node: WillingNode;
  money: MoneyReader;
}

/** A market and a node for all tests of the file that awaits it, ended after the last of them. */
export async function openMarket(...settings: Parameters<typeof startMarket>): Promise<OpenMarket> {
  const market = await startMarket(...settings);
  const node = await connectWillingNode(market.router.url);
  afterAll(async () => {
    await node.kill();
    await market.close();
  });
  return { market, node, money: readMoney(market) };
}
