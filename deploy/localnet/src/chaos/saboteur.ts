import { setTimeout as wait } from 'node:timers/promises';
import { getAssociatedTokenAddressSync, TOKEN_2022_PROGRAM_ID } from '@solana/spl-token';
import type { MortalServer } from './mortal-server.ts';
import type { Provider } from './provider.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { World } from './world.ts';

export interface SaboteurOptions {
  world: World;
  providers: readonly Provider[];
  random: SeededRandom;
  log: (line: string) => void;
}

export interface Saboteur {
  /** What was broken how often. */
  readonly deeds: Map<string, number>;
  /** Aborted when something ends by itself, or does not come back. */
  readonly failed: AbortSignal;
  /** Breaks nothing more, and resolves when all that was broken is back. Rejects with what `failed` was aborted for. */
  stop(): Promise<void>;
}

const PAUSE_MS = { min: 150, max: 1500 };
const RECENT = 5;
const WATCH_MS = 500;
/** Chances of what may go wrong with any call of the chain, all the while. */
const LASTING_FAULTS = {
  dropRate: 0.1,
  lateRate: 0.1,
  lateSlots: 25,
  missingSignatureRate: 0.1,
  isSignatureOrderRandom: true,
  lostNoticeRate: 0.3,
  tooManyRequestsRate: 0.02,
};
const NO_FAULTS = {
  dropRate: 0,
  lateRate: 0,
  missingSignatureRate: 0,
  isSignatureOrderRandom: false,
  lostNoticeRate: 0,
  tooManyRequestsRate: 0,
  staleSlots: 0,
  lagMs: 0,
  outage: 'none' as const,
};

/** Kills the router, Postgres and nodes, cuts off the chain and rewrites its recent past, at moments that the seed chooses. */
export function startSaboteur(options: SaboteurOptions): Saboteur {
  const { world, providers, random, log } = options;
  const { chain, routers, postgres } = world;
  const servers: readonly MortalServer[] = [...routers, postgres, ...providers];
  const deeds = new Map<string, number>();
  const stopping = new AbortController();
  Object.assign(chain.faults, LASTING_FAULTS);

  const acts: readonly [weight: number, name: string, act: () => Promise<void>][] = [
    [5, 'router killed', () => random.pick(routers).kill(random.between(0, 800))],
    [2, 'Postgres killed', () => postgres.kill(random.between(0, 500))],
    [4, 'node killed', () => random.pick(providers).kill(random.between(0, 1500))],
    [2, 'chain unavailable', () => outage('unavailable')],
    [2, 'chain disconnected', () => outage('disconnected')],
    [2, 'chain stale', () => lagging()],
    [2, 'transaction orphaned', () => orphan()],
  ];
  const urn = acts.flatMap(([weight, ...act]) => Array.from({ length: weight }, () => act));

  async function outage(kind: 'unavailable' | 'disconnected'): Promise<void> {
    chain.faults.outage = kind;
    await sleep(random.between(300, 3000), stopping.signal);
    chain.faults.outage = 'none';
  }

  async function lagging(): Promise<void> {
    chain.faults.staleSlots = random.between(1, 20);
    chain.faults.lagMs = random.between(0, 200);
    await sleep(random.between(500, 3000), stopping.signal);
    chain.faults.staleSlots = 0;
    chain.faults.lagMs = 0;
  }

  /** A payment or a payout of a moment ago never was; a payout's bytes are sent again, a payment's perhaps. */
  async function orphan(): Promise<void> {
    const { connection, mint, computeWallet } = world;
    const ours = getAssociatedTokenAddressSync(mint, computeWallet.publicKey, true, TOKEN_2022_PROGRAM_ID);
    try {
      const recent = await connection.getSignaturesForAddress(ours, { limit: RECENT }, 'confirmed');
      if (recent.length > 0) chain.orphan(random.pick(recent).signature);
    } catch (error) {
      // What is final by now cannot be taken back, and the faults meet us too.
      log(`nothing orphaned: ${String(error)}`);
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await sleep(random.between(PAUSE_MS.min, PAUSE_MS.max), stopping.signal);
      if (stopping.signal.aborted) return;
      const [name, act] = random.pick(urn);
      deeds.set(name, (deeds.get(name) ?? 0) + 1);
      log(name);
      await act();
    }
  }
  const failing = new AbortController();
  const running = run();
  // Whoever stops the saboteur hears of what went wrong.
  running.catch((error: unknown) => failing.abort(error));
  const watching = setInterval(() => {
    try {
      for (const server of servers) server.assertAlive();
    } catch (error) {
      failing.abort(error);
    }
  }, WATCH_MS);

  return {
    deeds,
    failed: failing.signal,
    async stop() {
      stopping.abort();
      Object.assign(chain.faults, NO_FAULTS);
      try {
        // What waits for a server that is gone would wait for long.
        await Promise.race([running, aborted(failing.signal)]);
      } finally {
        clearInterval(watching);
      }
      failing.signal.throwIfAborted();
    },
  };
}

/** Ends early, without a fault, when the signal is aborted. */
async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
}
