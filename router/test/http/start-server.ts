import http from 'node:http';
import { createSigningKey, type SigningKey } from '@watt/shared';
import pino, { type Logger } from 'pino';
import { type Router, startRouter } from '../../src/build-router.ts';
import { toConfig } from '../../src/config/config.ts';
import { createFakeSolana, type FakeSolana, OURS } from '../harness/fake-solana.ts';
import { type FreshDatabase, freshDatabase } from '../harness/fresh-database.ts';

export interface Answered {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of every shape
  json: any;
}

export interface TestServer extends AsyncDisposable {
  router: Router;
  routerKey: SigningKey;
  db: FreshDatabase;
  solana: FakeSolana;
  /** Sends letter for letter what it is given; `fetch` would tidy paths and headers. */
  send(
    method: string,
    path: string,
    body?: string | Buffer | object,
    headers?: Record<string, string>,
  ): Promise<Answered>;
  /** Stops the router and starts another one on the same database, at another address. */
  restart(): Promise<void>;
}

/** A whole router on a port of its own, on a real Postgres and a chain that the test tells. */
export async function startServer(
  env: Record<string, string> = {},
  logger?: Logger,
  clock: () => number = Date.now,
): Promise<TestServer> {
  const db = await freshDatabase();
  const config = toConfig({
    PORT: '0',
    SOLANA_RPC_URL: 'http://127.0.0.1:1',
    WATT_MINT: OURS.mint,
    COMPUTE_WALLET: OURS.computeWallet,
    SOLANA_POLL_MS: '100',
    PAYMENT_GRACE_MS: '0',
    RATE_LIMIT_AGENT_PER_HOUR: '100000',
    RATE_LIMIT_URL_PER_HOUR: '100000',
    ...env,
  });
  const solana = createFakeSolana();
  const routerKey = createSigningKey();
  const start = () =>
    startRouter(
      config,
      { databaseUrl: db.url, routerKey },
      { solana, clock, logger: logger ?? pino({ level: 'silent' }) },
    );
  const server: TestServer = {
    router: await start(),
    routerKey,
    db,
    solana,
    send: (method, path, body, headers) => send(server.router.url, { method, path, body, headers }),
    async restart() {
      await server.router.stop();
      server.router = await start();
    },
    async [Symbol.asyncDispose]() {
      await server.router.stop();
      await db.drop();
    },
  };
  return server;
}

interface Call {
  method: string;
  path: string;
  body?: string | Buffer | object | undefined;
  headers?: Record<string, string> | undefined;
}

function send(origin: string, { method, path, body, headers }: Call): Promise<Answered> {
  const { hostname, port } = new URL(origin);
  const isObject = typeof body === 'object' && !Buffer.isBuffer(body);
  const bytes = isObject ? JSON.stringify(body) : body;
  return new Promise((resolve, reject) => {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const length = bytes === undefined ? {} : { 'content-length': `${Buffer.byteLength(bytes)}` };
    const request = http.request(
      {
        hostname,
        port,
        method,
        path,
        agent: false,
        timeout: 100_000,
        headers: { ...type, ...length, ...headers },
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part) => parts.push(part));
        response.once('error', reject);
        response.once('end', () => {
          const text = Buffer.concat(parts).toString('utf8');
          const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== '';
          const { statusCode: status = 0, headers } = response;
          resolve({ status, headers, text, json: isJson ? JSON.parse(text) : undefined });
        });
      },
    );
    request.once('timeout', () => request.destroy(new Error(`${method} ${path} took too long`)));
    request.once('error', reject);
    request.end(bytes);
  });
}
