import { setTimeout as sleep } from 'node:timers/promises';
import { formatWatt, parseWatt } from '@watt/shared';
import { type LedgerFigures, readLedger, readNodes } from './router-figures.ts';
import { expectThat, type Scene } from './scene.ts';

/** The router's figures are up to two seconds old. */
const FRESH_LIMIT_MS = 10_000;
const POLL_MS = 250;

/** The ledger's closing lines: debits against credits, the chain against the ledger, and what each node earned. */
export async function closeBooks({ teller, file, balanceOf }: Scene): Promise<void> {
  await teller.line('ledger', async () => {
    const ledger = await settledLedger(file.router_url, () => balanceOf(file.compute_wallet));
    const { customers, held, nodes, burn, revenue } = ledger;
    return {
      text: `${ledger.treasury} in = ${nodes} nodes + ${revenue} revenue + ${burn} burn + ${customers} customers + ${held} held`,
    };
  });
  await teller.line('chain', async () => {
    const onChain = await balanceOf(file.compute_wallet);
    const { treasury, balanced } = await readLedger(file.router_url);
    expectThat(balanced, 'the ledger’s debits and credits differ');
    expectThat(
      parseWatt(treasury) === onChain,
      `the chain holds ${formatWatt(onChain)}, the ledger ${treasury}`,
    );
    return { text: `the wallet holds ${formatWatt(onChain)} WATT, as the ledger says; debits = credits` };
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
async function settledLedger(routerUrl: string, treasury: () => Promise<bigint>): Promise<LedgerFigures> {
  const deadline = performance.now() + FRESH_LIMIT_MS;
  for (;;) {
    const [ledger, onChain] = await Promise.all([readLedger(routerUrl), treasury()]);
    const isSettled = parseWatt(ledger.treasury) === onChain && parseWatt(ledger.held) === 0n;
    if (isSettled || performance.now() > deadline) return ledger;
    await sleep(POLL_MS);
  }
}
