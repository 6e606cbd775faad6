import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDatabase } from '@watt/router';
import { type Audit, auditMoney } from './audit/audit.ts';
import type { Account, Errand, Purchase } from './customer.ts';
import { errandsFor } from './errands.ts';
import { openAccount } from './open-account.ts';
import { type Provider, startProvider } from './provider.ts';
import { startSaboteur } from './saboteur.ts';
import { createSeededRandom, type SeededRandom } from './seeded-random.ts';
import { waitForQuiet } from './wait-for-quiet.ts';
import { startWorld, type World } from './world.ts';

export interface MoneyChaosOptions {
  seed: string;
  /** Errands of customers: a batch or a few programs are one. */
  jobs: number;
  /** Errands under way at any time. */
  concurrency: number;
  routers: number;
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
/** The dearest errand; a wallet has enough to go on all of them alone, and as much in its balance. */
const WATT_PER_JOB = 1500;
/** A run of so many lasts long enough for errands that take a minute. */
const LONG_RUN = 100;

/** Buys everything by every way to pay while everything is killed and the chain lies; waits for quiet; audits. */
export async function runMoneyChaos(options: MoneyChaosOptions): Promise<MoneyChaosReport> {
  const { seed, log, signal } = options;
  const begun = performance.now();
  const random = createSeededRandom(seed);
  const dir = await mkdtemp(join(tmpdir(), 'watt-chaos-'));
  // Postgres runs as another user when we are root, and must be able to enter.
  await chmod(dir, 0o755);
  const world = await startWorld({ dir, random, routers: options.routers });
  let providers: Provider[] = [];
  try {
    log(`seed ${seed}: routers at ${world.routers.map(({ url }) => url).join(', ')}, ${options.jobs} jobs`);
    providers = await startProviders(world, { dir, seed });
    const accounts = await openAccounts(world, options);
    const saboteur = startSaboteur({ world, providers, log, random: random.stream('saboteur') });
    let purchases: Purchase[];
    try {
      const customers = random.stream('customers');
      const stopping = AbortSignal.any([signal, saboteur.failed]);
      purchases = await buyAll(world, { ...options, accounts, random: customers, signal: stopping });
    } finally {
      await saboteur.stop();
    }
    signal.throwIfAborted();
    const database = connectDatabase(world.databaseUrl, { connections: 2 });
    try {
      log('waiting for quiet');
      await waitForQuiet(world, { sql: database.sql, signal });
      const programs = (await Promise.all(providers.map((provider) => provider.programs()))).flat();
      const audit = await auditMoney({ world, sql: database.sql, purchases, programs });
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

async function startProviders(
  world: World,
  { dir, seed }: { dir: string; seed: string },
): Promise<Provider[]> {
  const answer = await fetch(`${routerOf(world, 0)}/api/v1/pricing`);
  const { router: routerKey } = (await answer.json()) as { router: string };
  return Promise.all(
    Array.from({ length: PROVIDERS }, async (_, index) =>
      startProvider({
        ...{ name: `node-${index}`, dir: join(dir, `node-${index}`), seed: `${seed}/node-${index}` },
        ...{ routerUrl: routerOf(world, index), routerKey, wallet: await world.wallet(0) },
      }),
    ),
  );
}

/** Before anything is broken: neither the faucet nor the first deposit is what is tried here. */
function openAccounts(world: World, { jobs }: MoneyChaosOptions): Promise<Account[]> {
  const wattEach = 2 * WATT_PER_JOB * (jobs + 1);
  return Promise.all(
    Array.from({ length: ACCOUNTS }, (_, index) =>
      openAccount(world, { routerUrl: routerOf(world, index), wattEach }),
    ),
  );
}

function routerOf({ routers }: World, index: number): string {
  const { url } = routers[index % routers.length] ?? {};
  if (url === undefined) throw new RangeError('There is no router');
  return url;
}

async function buyAll(
  world: World,
  options: MoneyChaosOptions & { random: SeededRandom; accounts: readonly Account[] },
): Promise<Purchase[]> {
  const { random, signal, jobs, concurrency, log, accounts } = options;
  const errands = errandsFor({ hasMinutes: jobs >= LONG_RUN });
  const orders = Array.from({ length: jobs }, (_, index) => ({
    account: random.pick(accounts),
    errand: random.pick<Errand>(errands),
    routerUrl: routerOf(world, random.between(0, world.routers.length - 1)),
    random: random.stream(`errand-${index}`),
  }));
  const purchases: Purchase[] = [];
  let done = 0;
  const buyer = async (): Promise<void> => {
    for (let order = orders.pop(); order && !signal.aborted; order = orders.pop()) {
      const { account, errand, ...chosen } = order;
      // A signal of its own each: all of them on one would be too many listeners.
      const context = { world, ...chosen, signal: AbortSignal.any([signal]) };
      purchases.push(...(await errand(context, account)));
      done += 1;
      if (done % 20 === 0) log(`${done} of ${jobs} jobs have an end`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, buyer));
  return purchases;
}

function count(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
