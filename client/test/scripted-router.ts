import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  method: string;
  path: string;
  body: string;
}

/** One answer of the script: a status with its JSON, or what else can happen to a connection. */
export type Scripted =
  | { status: number; body?: unknown; headers?: Record<string, string> }
  | 'hang up'
  | 'say nothing';

export interface ScriptedRouter {
  url: string;
  seen: SeenRequest[];
  /** How many answers were not asked for. */
  left(): number;
  close(): Promise<void>;
}

/** A real HTTP server on loopback that plays answers in order, and answers 599 to a request that nobody planned. */
export async function startScriptedRouter(script: readonly Scripted[]): Promise<ScriptedRouter> {
  const answers = [...script];
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    readBody(request).then(
      (body) => {
        seen.push({ method: request.method ?? '', path: request.url ?? '', body });
        play(answers.shift() ?? { status: 599, body: { code: 'NOT_PLANNED' } }, response);
      },
      (error) => response.destroy(error),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    left: () => answers.length,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function play(answer: Scripted, response: ServerResponse): void {
  if (answer === 'say nothing') return;
  if (answer === 'hang up') return void response.destroy();
  response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
  response.end(JSON.stringify(answer.body ?? {}));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
