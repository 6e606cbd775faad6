import { canonicalJson, type JobMessage } from '@watt/shared';
import { connectLivingNode, resultHeader } from '../hub/living-node.ts';
import type { RawNode } from '../hub/raw-node.ts';

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
  const { node, stop } = await connectLivingNode(routerUrl, { hello: { capabilities } });
  const open: (() => void)[] = [];
  const urls: string[] = [];

  const answer = (job: JobMessage, page: string, isGood: boolean): void => {
    const header = resultHeader(node, job, { outcome: isGood ? 'completed' : 'failed' });
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
      await stop();
      await serving;
    },
  };
}
