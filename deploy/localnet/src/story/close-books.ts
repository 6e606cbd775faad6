import { setTimeout as sleep } from 'node:timers/promises';
import { formatWatt, parseWatt } from '@watt/shared';
import { type RouterStats, readNodes, readStats } from './router-figures.ts';
import { expectThat, type Scene } from './scene.ts';

/** The router's figures are up to two seconds old. */
const FRESH_LIMIT_MS = 10_000;
const POLL_MS = 250;

/** The ledger's closing lines: debits against credits, the chain against the ledger, and what each node earned. */
export async function closeBooks({ teller, file, balanceOf }: Scene): Promise<void> {
  await teller.line('ledger', async () => {
    const { ledger, ...flows } = await settledStats(file.router_url, () => balanceOf(file.compute_wallet));
    const { customers, held, revenue } = ledger;
    const { watt_received: received, watt_earned_by_nodes: nodes, watt_burned: burn } = flows;
    return {
      text: `${received} in = ${nodes} nodes + ${revenue} revenue + ${burn} burn + ${customers} customers + ${held} held`,
    };
  });
  await teller.line('chain', async () => {
    const { ledger, onChain, agrees } = await readBoth(file.router_url, () => balanceOf(file.compute_wallet));
    expectThat(ledger.balanced, 'the ledger’s debits and credits differ');
    expectThat(agrees, `the chain holds ${formatWatt(onChain)}, the ledger ${ledger.treasury}`);
    const leaving = ledger.payout_inflight === '0' ? '' : `, ${ledger.payout_inflight} on their way out`;
    return {
      text: `the wallet holds ${formatWatt(onChain)} WATT, as the ledger says${leaving}; debits = credits`,
    };
  });
  await teller.line('earned', async () => {
    const nodes = await readNodes(file.router_url);
    const lines = nodes.map(
      (node) =>
        `${node.name} (${node.class}) ${formatWatt(BigInt(node.earned_base))} WATT for ${node.jobs_done} jobs`,
    );
    return { text: lines.join(', ') };
  });
}

/** Waits until the router's figures are newer than the last payment; the checks come after. */
async function settledStats(routerUrl: string, treasury: () => Promise<bigint>): Promise<RouterStats> {
  const deadline = performance.now() + FRESH_LIMIT_MS;
  for (;;) {
    const { agrees, ...stats } = await readBoth(routerUrl, treasury);
    const isSettled = agrees && parseWatt(stats.ledger.held) === 0n;
    if (isSettled || performance.now() > deadline) return stats;
    await sleep(POLL_MS);
  }
}

/** What leaves is on the chain at once, and in the ledger when it is final: until then the chain holds less by at most that. */
async function readBoth(routerUrl: string, treasury: () => Promise<bigint>) {
  const [stats, onChain] = await Promise.all([readStats(routerUrl), treasury()]);
  const booked = parseWatt(stats.ledger.treasury) ?? 0n;
  const leaving = parseWatt(stats.ledger.payout_inflight) ?? 0n;
  return { ...stats, onChain, agrees: onChain <= booked && onChain >= booked - leaving };
}
