import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@watt/router';
import type { World } from './world.ts';

/** How long nothing may change while something is still open. */
const STANDSTILL_MS = 180_000;
const POLL_MS = 500;
/** As long as it takes a router to look for what is due. */
const QUIET_POLLS = 8;

/**
 * Quiet is when no job runs, no payment waits for finality, no payout is on its way and every router says that it is solvent, and it stays so
 * for a while.
 */
export async function waitForQuiet(
  world: World,
  { sql, signal }: { sql: Database['sql']; signal: AbortSignal },
): Promise<void> {
  let last = '';
  let until = performance.now() + STANDSTILL_MS;
  for (let quietPolls = 0; quietPolls < QUIET_POLLS; quietPolls += 1) {
    const open = JSON.stringify(await openThings(world, sql));
    if (open !== '{}') quietPolls = -1;
    if (open !== last) until = performance.now() + STANDSTILL_MS;
    last = open;
    if (performance.now() > until) throw new Error(`It does not become quiet: ${open} are still open`);
    await sleep(POLL_MS, undefined, { signal });
  }
}

/** What is not at its end, by name; empty when all is. */
async function openThings({ routers }: World, sql: Database['sql']): Promise<Record<string, unknown>> {
  const [counts] = await sql<Record<string, number>[]>`
    select (select count(*) from jobs where state in ('queued', 'running'))::int as jobs,
      (select count(*) from chain_credits where status = 'confirmed')::int as credits,
      (select count(*) from chain_debits where status = 'confirmed')::int as debits,
      (select count(*) from x402_settlements where state = 'signed')::int as settlements,
      (select count(*) from payouts where state in ('queued', 'batched'))::int as payouts`;
  const states = await Promise.all(routers.map(({ url }) => solvencyOf(url)));
  // A router that finds payouts frozen says so until an operator comes: that is for the audit.
  const unsure = states.filter((state) => state !== 'solvent' && state !== 'frozen');
  const open = Object.entries(counts ?? {}).filter(([, count]) => count > 0);
  return Object.fromEntries(unsure.length > 0 ? [...open, ['solvency', unsure]] : open);
}

async function solvencyOf(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/v1/solvency`, { signal: AbortSignal.timeout(STANDSTILL_MS) });
  const { state } = (await answer.json()) as { state?: unknown };
  return String(state);
}
