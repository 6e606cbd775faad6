import type { JobMessage, Result, Unordered } from '@watt/shared';
import { connectNode, type RawNode, type RawNodeOptions } from './raw-node.ts';

const HEARTBEAT_MS = 200;

/** A node that a router has welcomed, and whose heart beats until its connection ends. */
export interface LivingNode {
  node: RawNode;
  /** Breaks the connection. */
  stop(): Promise<void>;
}

/** `leases` are those that its heartbeats say it holds. */
export async function connectLivingNode(
  routerUrl: string,
  { leases = () => [], ...options }: RawNodeOptions & { leases?: () => string[] } = {},
): Promise<LivingNode> {
  const url = `${routerUrl.replace(/^http/, 'ws')}/api/v1/nodes/connect`;
  const node = await connectNode(url, options);
  await node.next('welcome');
  const heartbeat = setInterval(() => node.send({ type: 'heartbeat', leases: leases() }), HEARTBEAT_MS);
  void node.closed.then(() => clearInterval(heartbeat));
  return {
    node,
    async stop() {
      node.socket.terminate();
      await node.closed;
    },
  };
}

/** The header of a job's result, done in no time unless said otherwise. */
export function resultHeader(
  { key }: Pick<RawNode, 'key'>,
  job: JobMessage,
  said: Pick<Result, 'outcome'> &
    Partial<Pick<Result, 'retryable' | 'started_at' | 'finished_at' | 'artifacts'>>,
): Unordered<Result> {
  const now = Date.now();
  return {
    type: 'result',
    node: key.publicKey,
    attempt_id: job.attempt_id,
    job_id: job.job_id,
    service: job.service,
    request_sha256: job.request_sha256,
    retryable: false,
    started_at: now,
    finished_at: now,
    artifacts: [],
    ...said,
  };
}
