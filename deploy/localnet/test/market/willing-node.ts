import {
  type Capabilities,
  canonicalJson,
  type JobMessage,
  type SigningKey,
  signText,
  walletStatement,
} from '@watt/shared';
import { connectLivingNode, resultHeader } from '../../../../router/test/hub/living-node.ts';
import type { RawNode } from '../../../../router/test/hub/raw-node.ts';

const ALL: Capabilities = {
  scrape: { slots: 8, javascript: true, screenshots: true },
  execute: { slots: 8, languages: ['python', 'javascript', 'bash'], max_memory_mb: 512, runtime: 'runc' },
};

/** A node that says what a test tells it to say. */
export interface WillingNode {
  node: RawNode;
  jobs: JobMessage[];
  nextJob(): Promise<JobMessage>;
  /** Completes a job with a plausible payload, or with this in a scrape's `data`. */
  answer(job: JobMessage, data?: object): void;
  fail(job: JobMessage, failure: { code: string; retryable: boolean }): void;
  nextAck(): Promise<{ verdict: string; earned: string; attempt_id: string }>;
  kill(): Promise<void>;
}

export async function connectWillingNode(
  routerUrl: string,
  options: {
    key?: SigningKey;
    leases?: string[];
    results?: string[];
    capabilities?: Capabilities;
    /** Proves that this wallet is to be paid; needs the node's key. */
    wallet?: SigningKey;
  } = {},
): Promise<WillingNode> {
  const { key, leases = [], results = [], capabilities = ALL } = options;
  const wallet = options.wallet && key ? proven(key, options.wallet) : null;
  const { node, stop } = await connectLivingNode(routerUrl, {
    ...(key && { key }),
    hello: { capabilities, leases, results, wallet },
  });
  const jobs: JobMessage[] = [];
  return {
    node,
    jobs,
    async nextJob() {
      const job = await node.next('job');
      jobs.push(job);
      return job;
    },
    answer(job, data) {
      const payload = { ...payloadFor(job), ...(data && { data }) };
      node.send(resultHeader(node, job, { outcome: 'completed' }), canonicalJson(payload));
    },
    fail(job, { code, retryable }) {
      node.send(
        resultHeader(node, job, { outcome: 'failed', retryable }),
        canonicalJson({ success: false, code, error: 'as the test said' }),
      );
    },
    nextAck: () => node.next('ack'),
    kill: stop,
  };
}

function proven(node: SigningKey, wallet: SigningKey): { address: string; signature: string } {
  const statement = walletStatement({ nodeId: node.publicKey, wallet: wallet.publicKey });
  return { address: wallet.publicKey, signature: signText(wallet, 'watt/wallet/1', statement) };
}

function payloadFor(job: JobMessage): Record<string, unknown> {
  if (job.service === 'scrape') {
    const metadata = {
      url: 'http://127.0.0.1:8099/',
      scraped_at: new Date(0).toISOString(),
      size_bytes: 1,
      execution_ms: 1,
    };
    return { success: true, data: { title: 'A page' }, metadata };
  }
  const metadata = { language: 'python', execution_ms: 5, memory_used_mb: 9 };
  return { success: true, output: { stdout: 'hi\n', stderr: '', exit_code: 0 }, metadata };
}
