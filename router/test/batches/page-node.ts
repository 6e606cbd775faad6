import { canonicalJson, type JobMessage } from '@watt/shared';
import { connectNode, type RawNode } from '../hub/raw-node.ts';

const HEARTBEAT_MS = 200;

/** A node that scrapes as its test says: what it makes of an address, or null to leave the page open. */
export interface PageNode {
  node: RawNode;
  /** Addresses in the order that they came. */
  urls: string[];
  /** Answers what was left open before. */
  release(): void;
  stop(): Promise<void>;
}

export type Verdict = 'ok' | 'fail' | 'open';

export async function connectPageNode(
  routerUrl: string,
  { slots, verdict }: { slots: number; verdict: (url: string) => Verdict },
): Promise<PageNode> {
  const capabilities = { scrape: { slots, javascript: false, screenshots: false }, execute: null };
  const url = `${routerUrl.replace(/^http/, 'ws')}/api/v1/nodes/connect`;
  const node = await connectNode(url, { hello: { capabilities } });
  await node.next('welcome');
  const heartbeat = setInterval(() => node.send({ type: 'heartbeat', leases: [] }), HEARTBEAT_MS);
  const open: (() => void)[] = [];
  const urls: string[] = [];

  const answer = (job: JobMessage, page: string, isGood: boolean): void => {
    const header = {
      type: 'result' as const,
      node: node.key.publicKey,
      attempt_id: job.attempt_id,
      job_id: job.job_id,
      service: job.service,
      request_sha256: job.request_sha256,
      outcome: isGood ? ('completed' as const) : ('failed' as const),
      retryable: false,
      started_at: Date.now(),
      finished_at: Date.now(),
      artifacts: [],
    };
    const metadata = { url: page, scraped_at: new Date(0).toISOString(), size_bytes: 1, execution_ms: 1 };
    const payload = isGood
      ? { success: true, data: { text: `text of ${page}` }, metadata }
      : { success: false, code: 'SCRAPE_FAILED', error: 'as the test said' };
    node.send(header, canonicalJson(payload));
  };
  const serve = async (): Promise<void> => {
    for (;;) {
      const job = await node.next('job');
      const { url: page } = JSON.parse(node.bodies.at(-1) ?? '{}') as { url: string };
      urls.push(page);
      const said = verdict(page);
      if (said === 'open') open.push(() => answer(job, page, true));
      else answer(job, page, said === 'ok');
    }
  };
  // It ends when the connection does.
  const serving = serve().catch(() => undefined);

  return {
    node,
    urls,
    release: () => {
      for (const go of open.splice(0)) go();
    },
    async stop() {
      clearInterval(heartbeat);
      node.socket.terminate();
      await node.closed;
      await serving;
    },
  };
}
