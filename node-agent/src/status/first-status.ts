import type { NodeConfig } from '../config/node-config.ts';
import type { Workers } from '../jobs/workers.ts';
import type { NodeStatus } from './node-status.ts';

export interface FirstStatusOptions {
  config: NodeConfig;
  nodeId: string;
  software: string;
  workers: Workers;
  pid: number;
  now: number;
  /** What the last process left; its totals go on. */
  previous: NodeStatus | null;
}

const NO_VERDICTS = { paid: 0, unpaid: 0, late: 0, unknown: 0, invalid: 0 };

/** The status of a node that has just started. */
export function firstStatus(options: FirstStatusOptions): NodeStatus {
  const { config, nodeId, workers, now } = options;
  const at = new Date(now).toISOString();
  // Totals belong to the key, not to the folder.
  const previous = options.previous?.node_id === nodeId ? options.previous : null;
  return {
    version: 1,
    pid: options.pid,
    state: 'connecting',
    since: at,
    started_at: at,
    updated_at: at,
    node_id: nodeId,
    name: config.name,
    class: config.class,
    software: options.software,
    router: { url: config.router.url, key: config.router.key },
    wallet: config.wallet && { address: config.wallet.address, proven: config.wallet.signature !== null },
    capabilities: workers.capabilities,
    problems: workers.problems,
    running: [],
    unacknowledged: 0,
    jobs: previous?.jobs ?? { done: 0, failed: 0, refused: 0 },
    verdicts: previous?.verdicts ?? NO_VERDICTS,
    earned: previous?.earned ?? { total_base: '0', today_base: '0', day: at.slice(0, 10) },
    last_job_at: previous?.last_job_at ?? null,
    last_unpaid: previous?.last_unpaid ?? null,
    last_error: null,
    retry_at: null,
  };
}
