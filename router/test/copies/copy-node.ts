import {
  canonicalJson,
  copyKey,
  copyStatement,
  encodeArtifactFrame,
  type JobMessage,
  type ScrapeRequest,
  sha256Hex,
  signText,
} from '@watt/shared';
import { connectLivingNode, resultHeader } from '../hub/living-node.ts';
import type { RawNode } from '../hub/raw-node.ts';

/** What a scripted node makes of a page; what is left out is as of a page that may be shared. */
export interface PageAnswer {
  metadata?: object;
  /** The picture of the page. */
  screenshot?: Buffer;
  isFailed?: boolean;
  /** Unix milliseconds. */
  finishedAt?: number;
  /** What is sent in place of the good signature; null for none. */
  sign?: (good: string) => string | null;
  /** The answer waits for it. */
  after?: Promise<void>;
}

/** A node that scrapes as its test says, and signs results for copies. */
export interface CopyNode {
  node: RawNode;
  /** The requests in the order that they came. */
  requests: ScrapeRequest[];
  stop(): Promise<void>;
}

export async function connectCopyNode(
  routerUrl: string,
  options: { slots?: number; copies?: boolean; answer?: (request: ScrapeRequest) => PageAnswer } = {},
): Promise<CopyNode> {
  const { slots = 8, copies = true, answer = (): PageAnswer => ({}) } = options;
  const capabilities = { scrape: { slots, javascript: true, screenshots: true, copies }, execute: null };
  const { node, stop } = await connectLivingNode(routerUrl, { hello: { capabilities } });
  const requests: ScrapeRequest[] = [];
  const serve = async (): Promise<void> => {
    for (;;) {
      const job = await node.next('job');
      const request = JSON.parse(node.bodies.at(-1) ?? '{}') as ScrapeRequest;
      requests.push(request);
      const said = answer(request);
      void (said.after ?? Promise.resolve()).then(() =>
        send(node, { job, request, said, index: requests.length }),
      );
    }
  };
  // It ends when the connection does.
  const serving = serve().catch(() => undefined);
  return {
    node,
    requests,
    async stop() {
      await stop();
      await serving;
    },
  };
}

function send(
  node: RawNode,
  answered: { job: JobMessage; request: ScrapeRequest; said: PageAnswer; index: number },
): void {
  const { job, request, said, index } = answered;
  const { screenshot, isFailed = false, finishedAt = Date.now() } = said;
  const artifacts = screenshot
    ? [{ content_type: 'image/png', sha256: sha256Hex(screenshot), size_bytes: screenshot.length }]
    : [];
  const metadata = {
    ...{
      url: request.url,
      scraped_at: new Date(0).toISOString(),
      size_bytes: 1,
      execution_ms: 1,
      status: 200,
    },
    ...said.metadata,
  };
  const payload = canonicalJson(
    isFailed
      ? { success: false, code: 'SCRAPE_FAILED', error: 'as the test said' }
      : {
          success: true,
          data: { text: `reading ${index}`, ...(artifacts[0] && { screenshot: artifacts[0] }) },
          metadata,
        },
  );
  const times = { started_at: finishedAt, finished_at: finishedAt };
  const header = resultHeader(node, job, {
    outcome: isFailed ? 'failed' : 'completed',
    ...times,
    artifacts,
  });
  const body = { ...header, body_sha256: sha256Hex(payload) };
  const isAsked = request.options.max_age !== undefined && !isFailed;
  const good = signText(node.key, 'watt/copy/1', copyStatement(body, copyKey(request)));
  const copy = isAsked ? (said.sign ? said.sign(good) : good) : null;
  if (screenshot) node.socket.send(encodeArtifactFrame(screenshot));
  node.send({ ...header, ...(copy !== null && { copy }) }, payload);
}
