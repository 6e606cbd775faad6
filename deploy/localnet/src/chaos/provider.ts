import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Keypair } from '@solana/web3.js';
import { createHome, homeAt, type RunningNode, runNode, type Workers } from '@watt/node';
import { createSigningKey, signingKeyFromSecret, signText, walletStatement } from '@watt/shared';
import type { SeededRandom } from './seeded-random.ts';

export interface ProviderOptions {
  name: string;
  dir: string;
  routerUrl: string;
  routerKey: string;
  wallet: Keypair;
  random: SeededRandom;
}

/** A node with the real connection, journal and outbox, whose work is done by dice: slow, quick, failing for a while or for good. */
export interface Provider {
  readonly nodeId: string;
  readonly wallet: Keypair;
  /** Stops at once, as a machine that loses power but keeps its disk; comes back after `downMs`. */
  crash(downMs: number): Promise<void>;
  stop(): Promise<void>;
}

const SLOTS = 8;
const FAILS = 0.05;
const FAILS_FOR_NOW = 0.08;

export async function startProvider(options: ProviderOptions): Promise<Provider> {
  const { name, dir, routerUrl, routerKey, wallet, random } = options;
  const home = homeAt(join(dir, name));
  await createHome(home);
  const key = createSigningKey();
  const owner = signingKeyFromSecret(wallet.secretKey);
  const statement = walletStatement({ nodeId: key.publicKey, wallet: owner.publicKey });
  const signature = signText(owner, 'watt/wallet/1', statement);
  const silent = () => undefined;
  const start = (): Promise<RunningNode> =>
    runNode({
      home,
      key,
      config: {
        version: 1,
        name,
        class: 'pc',
        services: ['execute'],
        router: { url: routerUrl, key: routerKey },
        wallet: { address: owner.publicKey, signature },
      },
      software: 'chaos',
      logger: { debug: silent, info: silent, warn: silent, error: silent },
      timings: { backOffMinMs: 50, backOffMaxMs: 500, ackMs: 300 },
      prepareWorkers: async () => dicedWorkers(random),
    });
  let node = await start();
  return {
    nodeId: key.publicKey,
    wallet,
    async crash(downMs) {
      await node.stop();
      await new Promise((resolve) => setTimeout(resolve, downMs));
      node = await start();
    },
    stop: () => node.stop(),
  };
}

function dicedWorkers(random: SeededRandom): Workers {
  return {
    capabilities: {
      scrape: null,
      execute: { slots: SLOTS, languages: ['python'], max_memory_mb: 512, runtime: 'runc' },
    },
    problems: [],
    async execute(task, signal) {
      const [ms, dice] = [random.between(5, 400), random.next()];
      // Ended early or not, the signal says which.
      await sleep(ms, undefined, { signal }).catch(() => undefined);
      if (signal.aborted || dice < FAILS_FOR_NOW) {
        return { kind: 'failed', reason: 'cancelled', retryable: true, message: 'not now' };
      }
      if (dice < FAILS_FOR_NOW + FAILS) {
        return { kind: 'failed', reason: 'engine_error', retryable: false, message: 'never' };
      }
      return {
        kind: 'completed',
        success: true,
        output: { stdout: `done ${task.job_id}\n`, stderr: '', exit_code: 0 },
        metadata: {
          language: task.language,
          execution_ms: ms,
          memory_used_mb: 1,
          memory_source: 'unknown',
          cpu_ms: 0,
          image: 'none',
          runtime: 'none',
          isolation: 'container',
          start: 'cold',
        },
        artifacts: { refs: null, files: [] },
      };
    },
    close: async () => undefined,
  };
}
