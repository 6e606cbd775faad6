import { setTimeout as sleep } from 'node:timers/promises';
import { formatWatt } from '@watt/shared';
import type { Report } from '../terminal/report.ts';
import { readNodes, readPayout } from './router-figures.ts';
import { createTeller } from './teller.ts';

// Payments are final after 32 slots, and so is what is paid out of them: half a minute in all at the usual 400 ms.
const LIMIT_MS = 120_000;
const POLL_MS = 1000;
const SIGNATURE_SHOWN = 20;

/**
 * Says of each node when all that it has earned is in its wallet on the chain. The story does not wait for that: this goes on beside whatever
 * comes after it, until the signal.
 */
export async function tellPayouts({
  report,
  routerUrl,
  signal,
}: {
  report: Report;
  routerUrl: string;
  signal: AbortSignal;
}): Promise<void> {
  const teller = createTeller(report);
  const startedAt = performance.now();
  const told = new Set<string>();
  const earning = (await readNodes(routerUrl)).filter((node) => node.earned_base !== '0');
  while (told.size < earning.length && performance.now() - startedAt < LIMIT_MS) {
    await sleep(POLL_MS, undefined, { signal });
    for (const { node_id: id, name, earned_base: earned } of earning) {
      const paid = await readPayout(routerUrl, id);
      if (told.has(id) || BigInt(paid.paid_total_base) < BigInt(earned) || !paid.last_signature) continue;
      told.add(id);
      const total = formatWatt(BigInt(paid.paid_total_base));
      teller.tell('paid out', {
        text: `${name} was paid ${total} WATT on the chain, signature ${paid.last_signature.slice(0, SIGNATURE_SHOWN)}…`,
      });
    }
  }
}
