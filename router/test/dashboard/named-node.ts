import { type Capabilities, canonicalJson, type JobMessage } from '@watt/shared';
import { connectLivingNode, resultHeader } from '../hub/living-node.ts';
import type { RawNode } from '../hub/raw-node.ts';

const CAPABILITIES: Capabilities = {
  scrape: { slots: 2, javascript: true, screenshots: true },
  execute: { slots: 1, languages: ['python', 'bash'], max_memory_mb: 512, runtime: 'runc' },
};

/** A node that calls itself as it likes and answers one job. */
export interface NamedNode {
  /** Resolves when a job came and was answered. */
  answerOne(): Promise<void>;
  leave(): Promise<void>;
}

export async function connectNamedNode(routerUrl: string, name: string): Promise<NamedNode> {
  const hello = { name, capabilities: CAPABILITIES };
  const { node, stop } = await connectLivingNode(routerUrl, { hello });
  return {
    async answerOne() {
      answer(node, await node.next('job'));
    },
    leave: stop,
  };
}

function answer(node: RawNode, job: JobMessage): void {
  const metadata = {
    url: 'http://127.0.0.1:8099/',
    scraped_at: new Date().toISOString(),
    size_bytes: 1,
    execution_ms: 1,
  };
  node.send(
    resultHeader(node, job, { outcome: 'completed' }),
    canonicalJson({ success: true, data: { title: 'A page' }, metadata }),
  );
}
