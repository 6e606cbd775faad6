import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSigningKey } from '@watt/shared';
import { createHome, homeAt } from '../../../node-agent/src/config/home.ts';
import type { Workers } from '../../../node-agent/src/jobs/workers.ts';
import { type RunNodeOptions, type RunningNode, runNode } from '../../../node-agent/src/run-node.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** A node as operators run it, in a home of its own, that does the work it is given. */
export interface RealNode extends AsyncDisposable {
  node: RunningNode;
}

export async function startRealNode(
  router: { url: string; key: string },
  workers: Workers,
  more: Pick<RunNodeOptions, 'timings' | 'outboxLimits'> = {},
): Promise<RealNode> {
  const home = homeAt(await mkdtemp(join(tmpdir(), 'watt-real-node-')));
  await createHome(home);
  const node = await runNode({
    home,
    key: createSigningKey(),
    config: { version: 1, name: 'node', class: 'pc', services: ['scrape'], router, wallet: null },
    software: '0.0.0',
    logger: quiet,
    prepareWorkers: async () => workers,
    ...more,
  });
  return {
    node,
    async [Symbol.asyncDispose]() {
      await node.stop();
      await rm(home.dir, { recursive: true, force: true });
    },
  };
}
