import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Keypair } from '@solana/web3.js';
import { createSigningKey, signingKeyFromSecret, signText, walletStatement } from '@watt/shared';
import { nodeIsOnline } from '../network/http-probes.ts';
import { isMissing } from '../state/json-file.ts';
import { type MortalServer, startMortalServer } from './mortal-server.ts';
import { PLAN_FILE, type ProviderPlan, RUNS_FILE } from './run-provider.ts';

const PROGRAM = join(import.meta.dirname, '..', 'chaos-node-main.js');

export interface ProviderOptions {
  name: string;
  /** Its own. */
  dir: string;
  routerUrl: string;
  routerKey: string;
  wallet: Keypair;
  seed: string;
}

/** A node in a process of its own, which is killed like the others and comes back with what its disk has. */
export interface Provider extends MortalServer {
  /** The programs that its kernels ran, in order. */
  programs(): Promise<string[]>;
}

export async function startProvider(options: ProviderOptions): Promise<Provider> {
  const { name, dir, routerUrl, routerKey, wallet, seed } = options;
  await mkdir(dir);
  const key = createSigningKey();
  const owner = signingKeyFromSecret(wallet.secretKey);
  const statement = walletStatement({ nodeId: key.publicKey, wallet: owner.publicKey });
  const plan: ProviderPlan = {
    secret: [...key.secret],
    config: {
      version: 1,
      name,
      class: 'pc',
      services: ['scrape', 'execute'],
      router: { url: routerUrl, key: routerKey },
      wallet: { address: owner.publicKey, signature: signText(owner, 'watt/wallet/1', statement) },
    },
    seed,
  };
  await writeFile(join(dir, PLAN_FILE), JSON.stringify(plan), { mode: 0o600 });
  const server = await startMortalServer({
    ...{ name, command: [process.execPath, PROGRAM, dir], stopSignal: 'TERM' },
    waitUntilReady: ({ ended, limitMs }) => nodeIsOnline(routerUrl, name, { signal: ended, limitMs }),
  });
  return { ...server, programs: () => linesOf(join(dir, RUNS_FILE)) };
}

async function linesOf(path: string): Promise<string[]> {
  try {
    return (await readFile(path, 'utf8')).split('\n').filter(Boolean);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
