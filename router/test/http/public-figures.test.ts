import { createSigningKey, DEFAULT_PRICES, type Hello, type NodeId } from '@watt/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { markNodesSeen, moveNode, saveNode } from '../../src/nodes/nodes.ts';
import { OURS } from '../harness/fake-solana.ts';
import { insertJob } from '../harness/insert-job.ts';
import { expectProblem } from './expect-problem.ts';
import { startServer, type TestServer } from './start-server.ts';

let server: TestServer;
const url = 'https://example.com/page';
const capabilities: Hello['capabilities'] = {
  scrape: { slots: 2, javascript: true, screenshots: false },
  execute: null,
};

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const get = (path: string) => server.send('GET', path);

async function addNode(): Promise<NodeId> {
  const node = createSigningKey().publicKey as NodeId;
  const facts = { name: 'a node', class: 'pi', version: '1.0.0', wallet: null, capabilities } as const;
  await saveNode(
    server.db.database.sql,
    { ...facts, node } as unknown as Hello,
    server.router.context.presence.router,
  );
  return node;
}

describe('GET /api/v1/pricing', () => {
  it('has the prices of the specification and everything to pay with', async () => {
    const { status, json } = await get('/api/v1/pricing');
    expect(status).toBe(200);
    expect(json).toMatchObject({
      success: true,
      router: server.routerKey.publicKey,
      pay_to: OURS.computeWallet,
      mint: OURS.mint,
      token_program: OURS.tokenProgram,
      scrape: { simple: 100, standard: 200, javascript: 500, screenshot: 300 },
      execute: [
        { tier: 'quick', watt: 300, max_timeout_seconds: 5, max_memory_mb: 128 },
        { tier: 'standard', watt: 500, max_timeout_seconds: 30, max_memory_mb: 256 },
        { tier: 'extended', watt: 1000, max_timeout_seconds: 60, max_memory_mb: 512 },
      ],
      shares_bps: { node: 7000, burn: 15, router: 2985 },
      rate_limits_per_hour: { global: 10_000 },
    });
    expect(DEFAULT_PRICES.execute).toHaveLength(3);
  });
});

describe('POST /api/v1/quote', () => {
  const quote = (body: object | string) => server.send('POST', '/api/v1/quote', body);

  it.each([
    [{ output_format: 'html' }, 100, ['scrape.simple'], 0.15],
    [{}, 200, ['scrape.standard'], 0.3],
    [{ options: { javascript: true } }, 500, ['scrape.javascript'], 0.75],
    [{ options: { screenshots: true } }, 500, ['scrape.standard', 'scrape.screenshot'], 0.75],
    [
      { options: { javascript: true, screenshots: true } },
      800,
      ['scrape.javascript', 'scrape.screenshot'],
      1.2,
    ],
  ])('a scrape with %o costs %d', async (more, watt, items, burned) => {
    const { status, json } = await quote({ service: 'scrape', request: { url, ...more } });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      success: true,
      service: 'scrape',
      watt,
      price_base: `${watt}000000`,
      watt_burned: burned,
      payment: { amount: watt, amount_base: `${watt}000000`, memo: null, pay_to: OURS.computeWallet },
    });
    const lines: { item: string; watt: number }[] = json.breakdown;
    expect(lines.map((line) => line.item)).toEqual(items);
    expect(lines.reduce((sum, line) => sum + line.watt, 0)).toBe(watt);
  });

  it('names the memo for a job id, promises no commitment to bytes it has not seen, and registers nothing', async () => {
    const jobId = '0F8FAD5B-D9CB-469F-A165-70867728950E';
    const request = { language: 'python', code: 'print(1)', timeout: 5, memory_mb: 128, job_id: jobId };
    const { json } = await quote({ service: 'execute', request });
    expect(json).toMatchObject({ watt: 300, payment: { memo: jobId.toLowerCase() } });
    expect(json.payment).not.toHaveProperty('commitment_memo');
    expectProblem(await get(`/api/v1/jobs/${jobId}`), 404, 'JOB_NOT_FOUND');
    expect(await server.db.database.sql`select 1 from jobs where id = ${jobId}`).toHaveLength(0);
  });

  it.each([
    ['no service', { request: { url } }, 'service'],
    ['another service', { service: 'store', request: {} }, 'service'],
    ['no request', { service: 'scrape' }, 'request'],
    ['a request of nothing', { service: 'scrape', request: null }, 'body'],
    ['the other service’s request', { service: 'execute', request: { url } }, 'language'],
    ['something more', { service: 'scrape', request: { url }, bonus: 1 }, 'bonus'],
    ['a list', [], 'body'],
  ])('%s: 400', async (_, body, field) => {
    const problem = expectProblem(await quote(body), 400, 'INVALID_REQUEST');
    expect(problem['errors']).toEqual(
      expect.arrayContaining([{ field, message: expect.any(String), fix: expect.any(String) }]),
    );
  });

  it('refuses what the call would refuse', async () => {
    const blocked = await quote({ service: 'scrape', request: { url: 'http://10.0.0.1/' } });
    expectProblem(blocked, 403, 'DOMAIN_BLOCKED');
    const beyond = await quote({ service: 'execute', request: { language: 'bash', code: 'x', timeout: 61 } });
    expectProblem(beyond, 400, 'INVALID_REQUEST');
  });
});

describe('GET /api/v1/nodes', () => {
  it('pages through all of them once, in one order, at every page size', async () => {
    const added = new Set(await Promise.all(Array.from({ length: 203 }, addNode)));
    for (const limit of [50, 200]) {
      const seen: string[] = [];
      for (let after: string | null = ''; after !== null; ) {
        const page: { nodes: { node_id: string }[]; next: string | null } = (
          await get(`/api/v1/nodes?limit=${limit}&after=${after}`)
        ).json;
        expect(page.nodes.length).toBeLessThanOrEqual(limit);
        seen.push(...page.nodes.map((node) => node.node_id));
        after = page.next;
      }
      expect(new Set(seen)).toEqual(added);
      expect(seen).toHaveLength(added.size);
    }
    expect((await get('/api/v1/nodes')).json.nodes).toHaveLength(50);
  });

  it('has a state to choose by, and totals of all', async () => {
    const node = await addNode();
    const { sql } = server.db.database;
    await moveNode(sql, { nodeId: node, to: 'draining', router: server.router.context.presence.router });
    await markNodesSeen(sql, [node]);
    const { json } = await get('/api/v1/nodes?state=draining');
    expect(json).toMatchObject({
      success: true,
      nodes: [
        {
          node_id: node,
          name: 'a node',
          class: 'pi',
          state: 'draining',
          wallet: null,
          capabilities,
          running: 0,
          jobs_done: 0,
          jobs_failed: 0,
          earned_watt: 0,
          earned_base: '0',
        },
      ],
      totals: { draining: 1, offline: 0 },
      next: null,
    });
    const payout = {
      ...{
        payable: 0,
        payable_base: '0',
        pending: 0,
        pending_base: '0',
        paid_total: 0,
        paid_total_base: '0',
      },
      ...{ last_signature: null, waiting_for: null, next_at: null },
    };
    expect((await get(`/api/v1/nodes/${node}`)).json).toEqual({ success: true, ...json.nodes[0], payout });
    const payouts = await get(`/api/v1/nodes/${node}/payouts`);
    expect(payouts).toMatchObject({ status: 200, json: { success: true, payouts: [], next: null } });
    expect((await get('/api/v1/nodes/nobody/payouts')).json.code).toBe('NODE_NOT_FOUND');
    expect((await get(`/api/v1/nodes/${node}/payouts?after=x`)).json.code).toBe('INVALID_REQUEST');
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=', 'limit'],
    ['limit=NaN', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['state=gone', 'state'],
    ['state=', 'state'],
    ['state=online&state=offline', 'state'],
    ['after=%00', 'after'],
    ['after=abc', 'after'],
    ['after=a&after=b', 'after'],
  ])('?%s: 400', async (query, field) => {
    const problem = expectProblem(await get(`/api/v1/nodes?${query}`), 400, 'INVALID_REQUEST');
    expect(problem['errors']).toMatchObject([{ field }]);
  });
});

describe('GET /api/v1/stats', () => {
  it('has the figures of the specification’s section 8', async () => {
    const { status, json } = await get('/api/v1/stats');
    expect(status).toBe(200);
    expect(json).toMatchObject({
      success: true,
      total_scrapes: 0,
      total_executions: 0,
      unique_agents: 0,
      error_rate: 0,
      watt_received: 0,
      watt_burned: 0,
      most_scraped_domains: [],
      jobs: { scrape: { avg_response_ms: null }, execute: { avg_response_ms: null } },
      ledger: { balanced: true, treasury: '0' },
      dispatch: { nodes: 0, queued: 0, running: 0 },
    });
  });

  it('does not count jobs that nobody paid for', async () => {
    await insertJob(server.db.database.sql, { price: 5n });
    await expect
      .poll(async () => (await get('/api/v1/stats')).json.jobs.scrape)
      .toMatchObject({ succeeded: 0, failed: 0, waiting: 0 });
  });
});
