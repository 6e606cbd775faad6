import type { Receipt, ScrapeRequest } from '@watt/shared';
import { expect } from 'vitest';
import type { SqlClient } from '../../src/db/connect.ts';
import { deposit } from '../harness/deposit.ts';
import { type PrepaidAgent, prepaidAgent } from '../harness/prepaid-agent.ts';
import { type Answered, startServer, type TestServer } from '../http/start-server.ts';
import { type CopyNode, connectCopyNode, type PageAnswer } from './copy-node.ts';

export const PRICE = 200_000_000n;
export const SCRAPE = '/api/v1/scrape';

/** A router with nodes and agents that scrape pages which may be shared. */
export interface CopyMarket {
  server: TestServer;
  sql: SqlClient;
  /** Those of the running test, which `stopNodes` stops. */
  nodes: CopyNode[];
  node(answer?: (request: ScrapeRequest) => PageAnswer): Promise<CopyNode>;
  stopNodes(): Promise<void>;
  /** A wallet with a balance for a hundred pages. */
  rich(): Promise<PrepaidAgent>;
  /** The second of two calls, of another agent than the first, which is the same unless it is given. */
  second(body: object, first?: object): Promise<Answered>;
  receiptOf(jobId: string): Promise<Receipt>;
  /** Makes the copies of an address older. */
  age(url: string, seconds: number): Promise<unknown>;
  /** An address that nobody has asked for. */
  fresh(): string;
}

export async function openCopyMarket(env: Record<string, string> = {}): Promise<CopyMarket> {
  const server = await startServer({ SOLANA_POLL_MS: '600000', ...env });
  const { sql } = server.db.database;
  const nodes: CopyNode[] = [];
  let pages = 0;
  const rich = async (): Promise<PrepaidAgent> => {
    const agent = prepaidAgent(server);
    await deposit(sql, { wallet: agent.wallet, amount: 100n * PRICE });
    return agent;
  };
  return {
    server,
    sql,
    nodes,
    rich,
    async node(answer) {
      const connected = await connectCopyNode(server.router.url, answer && { answer });
      nodes.push(connected);
      return connected;
    },
    async stopNodes() {
      await Promise.all(nodes.splice(0).map((node) => node.stop()));
    },
    async second(body, first = body) {
      expect(await (await rich()).send('POST', SCRAPE, first)).toMatchObject({ status: 200 });
      return (await rich()).send('POST', SCRAPE, body);
    },
    receiptOf: async (jobId) => (await server.send('GET', `/api/v1/jobs/${jobId}/receipt`)).json,
    age: (url, seconds) => sql`
      update scrape_copies c set made_at = made_at - make_interval(secs => ${seconds}) from jobs j
      where j.id = c.job_id and j.request::json ->> 'url' = ${url}`,
    fresh: () => {
      pages += 1;
      return `https://example.com/${pages}`;
    },
  };
}

export const asking = (url: string, options: object = {}) => ({ url, options: { max_age: 600, ...options } });
export const isHit = ({ json }: Answered): boolean => json.cache.hit;
