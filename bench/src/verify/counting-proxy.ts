import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';

export interface CountingProxy {
  url: string;
  /** JSON-RPC calls so far by method; each entry of a batch counts. */
  readonly calls: ReadonlyMap<string, number>;
  reset(): void;
  close(): Promise<void>;
}

/** Passes JSON-RPC on to a chain and counts what is asked. */
export async function startCountingProxy(target: string): Promise<CountingProxy> {
  const calls = new Map<string, number>();
  const agent = new Agent();
  const server = createServer((request, response) => {
    readText(request)
      .then(async (body) => {
        for (const method of methodsOf(body)) calls.set(method, (calls.get(method) ?? 0) + 1);
        const answer = await agent.request({
          origin: target,
          path: '/',
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        });
        response.writeHead(answer.statusCode, { 'content-type': 'application/json' });
        response.end(await answer.body.text());
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    reset: () => calls.clear(),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await agent.close();
    },
  };
}

function methodsOf(body: string): string[] {
  const asked: unknown = JSON.parse(body);
  return [asked].flat().map((call) => String((call as { method?: unknown }).method));
}

async function readText(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
