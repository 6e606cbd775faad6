import { createJobId } from '@watt/shared';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { trialBalance } from '../../src/ledger/ledger.ts';
import type { PrepaidAgent } from '../harness/prepaid-agent.ts';
import type { Answered } from '../http/start-server.ts';
import { asking, type CopyMarket, isHit, openCopyMarket, PRICE, SCRAPE } from './copy-market.ts';
import type { PageAnswer } from './copy-node.ts';

let market: CopyMarket;
beforeAll(async () => {
  market = await openCopyMarket({ NODE_RESUME_MS: '300' });
});
afterEach(() => market.stopNodes());
afterAll(() => market?.server[Symbol.asyncDispose]());

/** A node whose first answer waits until it is let go; the others come at once. */
async function slowNode(first: PageAnswer = {}, later: PageAnswer = {}) {
  let letGo = (): void => undefined;
  const after = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let asked = 0;
  const node = await market.node(() => {
    asked += 1;
    return asked === 1 ? { ...first, after } : later;
  });
  return { node, letGo };
}

const figures = () => market.server.router.context.dispatcher.figures();
const untilWaiting = (count: number) => expect.poll(() => figures().queued, { timeout: 20_000 }).toBe(count);
const untilRunning = () => expect.poll(() => figures().running, { timeout: 20_000 }).toBe(1);

/** As many agents as asked for, of whom each sends the same request and can be asked for its balance. */
async function agents(count: number): Promise<PrepaidAgent[]> {
  return Promise.all(Array.from({ length: count }, () => market.rich()));
}
const balanceOf = async (agent: PrepaidAgent) => (await agent.send('GET', '/api/v1/balance')).json;
const movesOf = async (jobId: string): Promise<string[]> => {
  const rows = await market.sql<{ kind: string }[]>`
    select kind from transfers where job_id = ${jobId} order by kind`;
  return rows.map(({ kind }) => kind);
};
const balanced = async () => {
  expect(await trialBalance(market.sql)).toMatchObject({ balanced: true, held: 0n });
};

it('of identical requests at once one is scraped, and the others are served with what it brings', async () => {
  const { node, letGo } = await slowNode();
  const all = await agents(6);
  const url = market.fresh();
  const sent = all.map((agent, index) => agent.send('POST', SCRAPE, asking(url, { max_age: index + 10 })));
  await untilWaiting(5);
  letGo();
  const answers = await Promise.all(sent);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
  expect(answers.filter(isHit)).toHaveLength(5);
  expect(answers.map(({ json }) => json.watt_charged).sort((a, b) => a - b)).toEqual([
    40, 40, 40, 40, 40, 200,
  ]);
  expect(new Set(answers.map(({ json }) => json.data.text))).toEqual(new Set(['reading 1']));
  expect(node.requests).toHaveLength(1);
  await balanced();
});

it('one that wants it fresh neither waits nor is served, and others wait for it', async () => {
  const { node, letGo } = await slowNode();
  const [one, fresh, other] = (await agents(3)) as [PrepaidAgent, PrepaidAgent, PrepaidAgent];
  const url = market.fresh();
  const first = one.send('POST', SCRAPE, asking(url, { max_age: 0 }));
  await untilRunning();
  expect(isHit(await fresh.send('POST', SCRAPE, asking(url, { max_age: 0 })))).toBe(false);
  // The second visit has brought a copy by now.
  expect(isHit(await other.send('POST', SCRAPE, asking(url)))).toBe(true);
  letGo();
  expect(isHit(await first)).toBe(false);
  expect(node.requests).toHaveLength(2);
  await balanced();
});

it.each([
  ['fails', { isFailed: true } satisfies PageAnswer],
  ['may not be shared', { metadata: { cache_control: 'private' } } satisfies PageAnswer],
])('when the first %s the others go to nodes themselves, all at once', async (what, first) => {
  const { node, letGo } = await slowNode(first);
  const [one, ...others] = await agents(4);
  const url = market.fresh();
  const made = one?.send('POST', SCRAPE, asking(url)) as Promise<Answered>;
  await untilRunning();
  const sent = others.map((agent) => agent.send('POST', SCRAPE, asking(url)));
  await untilWaiting(3);
  letGo();
  const answers = await Promise.all(sent);
  for (const answer of answers) {
    expect(answer).toMatchObject({ status: 200, json: { cache: { hit: false }, watt_charged: 200 } });
  }
  expect(node.requests).toHaveLength(4);
  const { json } = await made;
  if (what === 'fails') {
    expect(json).toMatchObject({ code: 'SCRAPE_FAILED', watt_charged: 0, refund: { watt: 200 } });
    expect(await movesOf(json.job_id)).toEqual(['hold', 'void']);
    expect(await balanceOf(one as PrepaidAgent)).toMatchObject({ available: 20_000, held: 0 });
  } else expect(json).toMatchObject({ cache: { hit: false }, watt_charged: 200 });
  await balanced();
});

it('when the first is slow the others go to a node after half of their own time', async () => {
  const { node, letGo } = await slowNode();
  const [one, other] = (await agents(2)) as [PrepaidAgent, PrepaidAgent];
  const url = market.fresh();
  const first = one.send('POST', SCRAPE, asking(url, { timeout: 60 }));
  await untilRunning();
  expect(await other.send('POST', SCRAPE, asking(url, { timeout: 5 }))).toMatchObject({
    status: 200,
    json: { cache: { hit: false }, watt_charged: 200 },
  });
  expect(figures()).toMatchObject({ queued: 0, running: 1 });
  letGo();
  expect(await first).toMatchObject({ status: 200, json: { cache: { hit: false }, watt_charged: 200 } });
  expect(node.requests).toHaveLength(2);
  await balanced();
});

it('when the first loses its node everybody is served by another', async () => {
  const { node } = await slowNode();
  const all = await agents(4);
  const url = market.fresh();
  const sent = all.map((agent) => agent.send('POST', SCRAPE, asking(url)));
  await untilWaiting(3);
  await market.node();
  await node.stop();
  const answers = await Promise.all(sent);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(figures()).toMatchObject({ queued: 0, running: 0 });
  for (const [index, agent] of all.entries()) {
    const charged = answers[index]?.json.watt_charged;
    expect(await balanceOf(agent)).toMatchObject({ available: 20_000 - charged, held: 0 });
  }
  await balanced();
});

it('a router that starts again serves those who waited and the one that they waited for', async () => {
  const { node } = await slowNode();
  const all = await agents(4);
  const url = market.fresh();
  const ids = all.map(() => createJobId());
  const bodies = ids.map((id) => ({ ...asking(url), job_id: id }));
  const [first, ...later] = all.map(
    (agent, index) => () => agent.send('POST', SCRAPE, bodies[index] ?? {}, { prefer: 'respond-async' }),
  );
  await first?.();
  await untilRunning();
  await Promise.all(later.map((send) => send()));
  await untilWaiting(3);
  await node.stop();
  market.nodes.length = 0;
  await market.server.restart();
  await market.node();
  for (const [index, agent] of all.entries()) {
    const answer = await agent.send('POST', SCRAPE, bodies[index] ?? {});
    expect(answer).toMatchObject({ status: 200, json: { success: true } });
  }
  const [{ hits = 0n } = {}] = await market.sql<{ hits: bigint }[]>`
    select count(*) as hits from jobs where id = any(${ids}::uuid[]) and charged = ${(PRICE / 5n).toString()}::bigint`;
  const resolved = await market.sql`
    select 1 from job_resolutions where job_id = any(${ids}::uuid[]) and outcome = 'captured'`;
  expect([resolved.length, hits < 4n]).toEqual([4, true]);
  await balanced();
});
