import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDatabase, type Database } from '@watt/router';
import { type Audit, auditMoney } from './audit.ts';
import type { Account, Purchase, WayToPay } from './customer.ts';
import { openAccount } from './open-account.ts';
import { type Provider, startProvider } from './provider.ts';
import { startSaboteur } from './saboteur.ts';
import { createSeededRandom, type SeededRandom } from './seeded-random.ts';
import { WAYS_TO_PAY } from './ways-to-pay.ts';
import { startWorld, type World } from './world.ts';

export interface MoneyChaosOptions {
  seed: string;
  jobs: number;
  /** Jobs under way at any time. */
  concurrency: number;
  signal: AbortSignal;
  log: (line: string) => void;
}

export interface MoneyChaosReport extends Audit {
  seed: string;
  seconds: number;
  deeds: Record<string, number>;
  purchases: Record<string, number>;
}

const PROVIDERS = 3;
const ACCOUNTS = 8;
/** Enough for every job at the dearest price, twice. */
const WATT_PER_JOB = 1000;
const RECENT_PAYMENTS = 5;
const QUIET_LIMIT_MS = 180_000;
const QUIET_POLL_MS = 500;
const QUIET_POLLS = 8;

/** Buys jobs by every way to pay while everything is killed and the chain lies; waits for quiet; audits. */
export async function runMoneyChaos(options: MoneyChaosOptions): Promise<MoneyChaosReport> {
  const { seed, log, signal } = options;
  const begun = performance.now();
  const random = createSeededRandom(seed);
  const dir = await mkdtemp(join(tmpdir(), 'watt-chaos-'));
  // Postgres runs as another user when we are root, and must be able to enter.
  await chmod(dir, 0o755);
  const world = await startWorld({ dir, random });
  const providers: Provider[] = [];
  try {
    log(`seed ${seed}: router at ${world.routerUrl}, ${options.jobs} jobs`);
    providers.push(...(await startProviders(world, dir, random)));
    // Before anything is broken: neither the faucet nor the first deposit is what is tried here.
    const each = Math.ceil((options.jobs * WATT_PER_JOB) / ACCOUNTS) + WATT_PER_JOB;
    const accounts = await Promise.all(Array.from({ length: ACCOUNTS }, () => openAccount(world, each)));
    const recent: string[] = [];
    const saboteur = startSaboteur({
      ...{ world, providers, log, random: random.stream('saboteur') },
      recentPayments: () => recent,
    });
    let purchases: Purchase[];
    try {
      const customers = random.stream('customers');
      purchases = await buyAll(world, { ...options, accounts, random: customers }, (signature) => {
        recent.push(signature);
        recent.splice(0, recent.length - RECENT_PAYMENTS);
      });
    } finally {
      await saboteur.stop();
    }
    signal.throwIfAborted();
    const database = connectDatabase(world.databaseUrl, { connections: 2 });
    try {
      log('waiting for quiet');
      await waitForQuiet(database.sql, signal);
      const audit = await auditMoney({ world, sql: database.sql, purchases });
      return {
        ...audit,
        seed,
        seconds: Math.round((performance.now() - begun) / 1000),
        deeds: Object.fromEntries(saboteur.deeds),
        purchases: count(purchases.map(({ way, end }) => `${way}: ${end}`)),
      };
    } finally {
      await database.close();
    }
  } finally {
    await Promise.all(providers.map((provider) => provider.stop()));
    await world.stop();
  }
}

async function startProviders(world: World, dir: string, random: SeededRandom): Promise<Provider[]> {
  const answer = await fetch(`${world.routerUrl}/api/v1/pricing`);
  const { router: routerKey } = (await answer.json()) as { router: string };
  return Promise.all(
    Array.from({ length: PROVIDERS }, async (_, index) =>
      startProvider({
        ...{ name: `node-${index}`, dir, routerUrl: world.routerUrl, routerKey },
        wallet: await world.wallet(0),
        random: random.stream(`node-${index}`),
      }),
    ),
  );
}

async function buyAll(
  world: World,
  options: MoneyChaosOptions & { random: SeededRandom; accounts: readonly Account[] },
  onPayment: (signature: string) => void,
): Promise<Purchase[]> {
  const { random, signal, jobs, concurrency, log, accounts } = options;
  const orders = Array.from({ length: jobs }, () => ({
    account: random.pick(accounts),
    way: random.pick<WayToPay>(WAYS_TO_PAY),
  }));
  const purchases: Purchase[] = [];
  const buyer = async (): Promise<void> => {
    for (let order = orders.pop(); order && !signal.aborted; order = orders.pop()) {
      // A signal of its own each: all of them on one would be too many listeners.
      const context = { world, onPayment, signal: AbortSignal.any([signal]) };
      purchases.push(await order.way(context, order.account));
      if (purchases.length % 20 === 0) log(`${purchases.length} of ${jobs} jobs have an end`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, buyer));
  return purchases;
}

/**
 * Quiet is when no job runs, no payment waits for finality and no payout is on its way, and stays so for as long as it takes the router to
 * look for what is due.
 */
async function waitForQuiet(sql: Database['sql'], signal: AbortSignal): Promise<void> {
  const until = performance.now() + QUIET_LIMIT_MS;
  for (let quietPolls = 0; quietPolls < QUIET_POLLS; quietPolls += 1) {
    signal.throwIfAborted();
    const [open] = await sql<{ jobs: number; credits: number; payouts: number }[]>`
      select (select count(*) from jobs where state in ('queued', 'running'))::int as jobs,
        (select count(*) from chain_credits where status = 'confirmed')::int as credits,
        (select count(*) from payouts where state in ('queued', 'batched'))::int as payouts`;
    if (open?.jobs !== 0 || open.credits !== 0 || open.payouts !== 0) quietPolls = -1;
    if (performance.now() > until) {
      throw new Error(`It does not become quiet: ${JSON.stringify(open)} are still open`);
    }
    await new Promise((resolve) => setTimeout(resolve, QUIET_POLL_MS));
  }
}

function count(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
