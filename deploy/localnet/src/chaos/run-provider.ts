import { appendFileSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createHome, homeAt, type NodeConfig, type RunningNode, runNode } from '@watt/node';
import { signingKeyFromSecret } from '@watt/shared';
import { dicedWorkers } from './diced-workers.ts';
import { createSeededRandom } from './seeded-random.ts';

/** What a provider's process finds in its folder. */
export interface ProviderPlan {
  /** Of the node, as numbers. */
  secret: number[];
  config: NodeConfig;
  seed: string;
}

export const PLAN_FILE = 'plan.json';
/** The programs that its kernels ran, a line each. */
export const RUNS_FILE = 'programs';
const STARTS_FILE = 'starts';

/** Runs a node with the real connection, journal and outbox on a folder, whose work is done by dice. */
export async function runProvider(dir: string): Promise<RunningNode> {
  const plan = JSON.parse(readFileSync(join(dir, PLAN_FILE), 'utf8')) as ProviderPlan;
  // Each start draws other dice, and the same when a seed is tried again.
  appendFileSync(join(dir, STARTS_FILE), '.');
  const random = createSeededRandom(`${plan.seed}/${statSync(join(dir, STARTS_FILE)).size}`);
  const home = homeAt(join(dir, 'home'));
  await createHome(home);
  const silent = () => undefined;
  return runNode({
    home,
    key: signingKeyFromSecret(Uint8Array.from(plan.secret)),
    config: plan.config,
    software: 'chaos',
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    timings: { backOffMinMs: 50, backOffMaxMs: 500, ackMs: 300 },
    prepareWorkers: async () => dicedWorkers({ random, runsFile: join(dir, RUNS_FILE) }),
  });
}
