import { createJobId, watt } from '@watt/shared';
import { deposit } from '../harness/deposit.ts';
import { prepaidAgent } from '../harness/prepaid-agent.ts';
import { type Answered, startServer, type TestServer } from '../http/start-server.ts';
import { type SessionNode, startSessionNode } from './session-node.ts';

export const PATH = '/api/v1/sessions';
export const MINUTE_MS = 60_000;
export const PRICE = 500;

/** A router whose clock the test moves, and agents and nodes around it. */
export interface SessionMarket extends AsyncDisposable {
  server: TestServer;
  /** Moves the router's clock. */
  pass(ms: number): void;
  node(options?: Parameters<typeof startSessionNode>[1]): Promise<SessionNode>;
  stopNodes(): Promise<void>;
  /** A wallet with so many WATT, and a key of its own. */
  agent(wattCount: number, key?: object): Promise<Agent>;
}

export interface Agent {
  wallet: string;
  keyId: string;
  /** Opens a session of 10 minutes, or of what is said. */
  open(body?: object, headers?: Record<string, string>): Promise<Answered>;
  /** In WATT. */
  balance(): Promise<number>;
}

export async function startSessionMarket(env: Record<string, string> = {}): Promise<SessionMarket> {
  let offset = 0;
  const server = await startServer(
    { SOLANA_POLL_MS: '600000', NODE_RESUME_MS: '10000', HTTP_WAIT_SECONDS: '20', ...env },
    undefined,
    () => Date.now() + offset,
  );
  const nodes: SessionNode[] = [];
  const stopNodes = async () => void (await Promise.all(nodes.splice(0).map((node) => node.stop())));
  return {
    server,
    pass: (ms) => {
      offset += ms;
    },
    async node(options) {
      const node = await startSessionNode(server.router.url, options);
      nodes.push(node);
      return node;
    },
    stopNodes,
    async agent(wattCount, key = {}) {
      const agent = prepaidAgent(server);
      await deposit(server.db.database.sql, { wallet: agent.wallet, amount: watt(wattCount) });
      const shift = offset;
      offset = 0;
      const { id: keyId, bearer } = await agent.apiKey({ scopes: ['spend', 'read'], ...key });
      offset = shift;
      return {
        wallet: agent.wallet,
        keyId,
        open: (body = {}, headers = {}) =>
          server.send(
            'POST',
            PATH,
            { language: 'python', minutes: 10, job_id: createJobId(), ...body },
            { ...bearer, ...headers },
          ),
        async balance() {
          const [row] = await server.db.database.sql<{ balance: bigint }[]>`
            select balance from accounts where kind = 'customer' and owner = ${agent.wallet}`;
          return Number(row?.balance ?? 0n) / 1e6;
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await stopNodes();
      await server[Symbol.asyncDispose]();
    },
  };
}
