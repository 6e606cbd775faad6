import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection, Keypair, type PublicKey } from '@solana/web3.js';
import { airdrop } from '../chain/airdrop.ts';
import { createWattMint } from '../chain/create-mint.ts';
import { fund } from '../chain/fund.ts';
import { type Chain, startChain } from '../chain/start-chain.ts';
import { findFreePort } from '../free-port.ts';
import { prepareCluster } from '../postgres/cluster.ts';
import { type MortalServer, startMortalServer } from './mortal-server.ts';
import { routerServer } from './router-server.ts';
import type { SeededRandom } from './seeded-random.ts';
import { untilQueriesWork } from './until-queries-work.ts';

/** Fast, so that finality (32 slots) comes within seconds. */
const SLOT_MS = 100;
const SOL = 1_000_000_000n;
const GRANT_TRIES = 5;

/** What the money lives in: a chain with faults to be set, and a Postgres and routers that can be killed. */
export interface World {
  chain: Chain;
  connection: Connection;
  mint: PublicKey;
  computeWallet: Keypair;
  databaseUrl: string;
  postgres: MortalServer;
  /** All on one database and with one key. */
  routers: readonly RouterServer[];
  /** Gives a new wallet whole WATT, and SOL for its fees. */
  wallet(watt: number): Promise<Keypair>;
  stop(): Promise<void>;
}

export interface RouterServer extends MortalServer {
  readonly url: string;
}

export interface WorldOptions {
  /** Removed at the end. */
  dir: string;
  random: SeededRandom;
  routers: number;
}

/** Starts everything but nodes and customers. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const { dir, random } = options;
  const undo: (() => Promise<unknown>)[] = [() => rm(dir, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const faults = random.stream('chain');
    const chain = await startChain({ rpcPort: 0, slotMs: SLOT_MS, random: () => faults.next() });
    undo.push(() => chain.close());
    const connection = new Connection(chain.rpcUrl, { commitment: 'confirmed', wsEndpoint: chain.wsUrl });
    const { mint, grant } = await openMint(connection);
    const computeWallet = Keypair.generate();
    await grant(computeWallet.publicKey, 0);

    const cluster = await openCluster(dir);
    const postgres = await startMortalServer({
      ...{ name: 'Postgres', command: cluster.command, stopSignal: 'INT' },
      waitUntilReady: (wait) => untilQueriesWork(cluster.url, wait),
    });
    undo.push(() => postgres.stop());
    const routers: RouterServer[] = [];
    // One after the other: the first makes the key that all have.
    while (routers.length < options.routers) {
      const plan = { chain, mint, computeWallet, databaseUrl: cluster.url, port: await findFreePort(), dir };
      const router = await startMortalServer(routerServer(plan));
      undo.push(() => router.stop());
      routers.push({ ...router, url: `http://127.0.0.1:${plan.port}` });
    }
    return {
      ...{ chain, connection, mint, computeWallet, postgres, routers, stop },
      databaseUrl: cluster.url,
      async wallet(watt) {
        const wallet = Keypair.generate();
        await grant(wallet.publicKey, watt);
        return wallet;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function openMint(connection: Connection) {
  const authority = Keypair.generate();
  await airdrop(connection, authority.publicKey, 1000 * Number(SOL));
  const mint = await createWattMint({ connection, authority });
  /** Tried again where a connection breaks, as some do on a machine that does much else; to be given twice hurts nobody. */
  const grant = async (wallet: PublicKey, watt: number): Promise<void> => {
    const wattBase = BigInt(watt) * 1_000_000n;
    for (let tries = 1; ; tries += 1) {
      try {
        await fund({ connection, authority, mint, wallet, wattBase, lamports: SOL });
        return;
      } catch (error) {
        if (tries === GRANT_TRIES) throw error;
      }
    }
  };
  return { mint, grant };
}

async function openCluster(dir: string) {
  const parent = join(dir, 'postgres');
  await mkdir(parent, { mode: 0o755 });
  return prepareCluster({
    ...{ parent, passwordFile: join(dir, 'postgres-password') },
    port: await findFreePort(),
  });
}
