import { type Capabilities, canonicalJson, type JobMessage } from '@watt/shared';
import { connectNode, type RawNode } from '../hub/raw-node.ts';

const CAPABILITIES: Capabilities = {
  scrape: { slots: 2, javascript: true, screenshots: true },
  execute: { slots: 1, languages: ['python', 'bash'], max_memory_mb: 512, runtime: 'runc' },
};
const HEARTBEAT_MS = 200;

/** A node that calls itself as it likes and answers one job. */
export interface NamedNode {
  /** Resolves when a job came and was answered. */
  answerOne(): Promise<void>;
  leave(): Promise<void>;
}

export async function connectNamedNode(routerUrl: string, name: string): Promise<NamedNode> {
  const url = `${routerUrl.replace(/^http/, 'ws')}/api/v1/nodes/connect`;
  const node = await connectNode(url, { hello: { name, capabilities: CAPABILITIES } });
  await node.next('welcome');
  const heartbeat = setInterval(() => node.send({ type: 'heartbeat', leases: [] }), HEARTBEAT_MS);
  node.socket.once('close', () => clearInterval(heartbeat));
  return {
    async answerOne() {
      answer(node, await node.next('job'));
    },
    async leave() {
      node.socket.terminate();
      await node.closed;
    },
  };
}

function answer(node: RawNode, job: JobMessage): void {
  const now = Date.now();
  const header = {
    type: 'result' as const,
    node: node.key.publicKey,
    attempt_id: job.attempt_id,
    job_id: job.job_id,
    service: job.service,
    request_sha256: job.request_sha256,
    outcome: 'completed' as const,
    retryable: false,
    started_at: now,
    finished_at: now,
    artifacts: [],
  };
  const metadata = {
    url: 'http://127.0.0.1:8099/',
    scraped_at: new Date(now).toISOString(),
    size_bytes: 1,
    execution_ms: 1,
  };
  node.send(header, canonicalJson({ success: true, data: { title: 'A page' }, metadata }));
}
