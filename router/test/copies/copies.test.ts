import { canonicalJson, createJobId, type Receipt, verifyReceipt } from '@watt/shared';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { trialBalance } from '../../src/ledger/ledger.ts';
import type { Answered } from '../http/start-server.ts';
import { asking, type CopyMarket, isHit, openCopyMarket, PRICE, SCRAPE } from './copy-market.ts';
import { connectCopyNode } from './copy-node.ts';

let market: CopyMarket;
beforeAll(async () => {
  market = await openCopyMarket();
});
afterEach(() => market.stopNodes());
afterAll(() => market?.server[Symbol.asyncDispose]());

const moved = async (jobId: string) =>
  Object.fromEntries(
    (
      await market.sql<{ kind: string; amount: bigint }[]>`
      select kind, amount from transfers where job_id = ${jobId} order by kind`
    ).map((row) => [row.kind, row.amount]),
  );
describe('a scrape that says how old it may be', () => {
  it('is served with another agent’s result for a fifth of the price, and the node is paid again', async () => {
    const { node: source, requests } = await market.node();
    const [one, other] = [await market.rich(), await market.rich()];
    const url = market.fresh();
    const made = await one.send('POST', SCRAPE, asking(url));
    expect(made).toMatchObject({ status: 200, json: { cache: { hit: false }, watt_charged: 200 } });
    expect(made.json.refund).toBeUndefined();

    const body = JSON.stringify(asking(url, { max_age: 60 }));
    const hit = await other.send('POST', SCRAPE, JSON.parse(body));
    expect(hit).toMatchObject({
      status: 200,
      json: {
        success: true,
        data: made.json.data,
        metadata: made.json.metadata,
        cache: { hit: true, age_seconds: 0 },
        watt_charged: 40,
        watt_burned: 0.06,
        refund: { watt: 160, to: other.wallet, as: 'balance' },
      },
    });
    expect(requests).toHaveLength(1);
    expect(await moved(hit.json.job_id)).toEqual({
      hold: PRICE,
      capture_node: 28_000_000n,
      capture_burn: 60_000n,
      capture_revenue: 11_940_000n,
      capture_unused: 160_000_000n,
    });
    expect((await other.send('GET', '/api/v1/balance')).json).toMatchObject({ available: 19_960, held: 0 });
    expect((await market.server.send('GET', `/api/v1/nodes/${source.key.publicKey}`)).json).toMatchObject({
      earned_watt: 140 + 28,
      jobs_done: 1,
    });
    expect(await trialBalance(market.sql)).toMatchObject({ balanced: true });

    const check = verifyReceipt(await market.receiptOf(hit.json.job_id), {
      router: market.server.routerKey.publicKey,
      requestBody: body,
      response: hit.json,
    });
    expect(check).toMatchObject({
      valid: true,
      facts: { charged: '40000000', price: `${PRICE}`, attempt_id: null, copy: { max_age: 60 } },
    });
  });

  it('tells nothing of the agent that it was made for', async () => {
    await market.node();
    const url = market.fresh();
    const one = await market.rich();
    const made = await one.send('POST', SCRAPE, asking(url));
    const hit = await (await market.rich()).send('POST', SCRAPE, asking(url));
    const view = await market.server.send('GET', `/api/v1/jobs/${hit.json.job_id}`);
    expect(view.json).toMatchObject({
      attempts: 0,
      node: market.nodes[0]?.node.key.publicKey,
      refund: { watt: 160 },
      result: { cache: { hit: true } },
    });
    const receipt = JSON.stringify(await market.receiptOf(hit.json.job_id));
    const { attempt_id: attempt } = JSON.parse((await market.receiptOf(made.json.job_id)).receipt);
    for (const secret of [made.json.job_id, one.wallet, attempt]) {
      expect(secret).toMatch(/./);
      for (const told of [hit.text, view.text, receipt]) expect(told).not.toContain(secret);
    }
    expect(
      (await market.server.send('GET', `/api/v1/jobs/${made.json.job_id}`)).json.finished_at,
    ).not.toBeNull();
  });

  it('gets the files of the result too', async () => {
    const picture = Buffer.from('a picture of a page');
    await market.node(() => ({ screenshot: picture }));
    const hit = await market.second(asking(market.fresh(), { screenshots: true }));
    expect(hit.json).toMatchObject({ cache: { hit: true }, watt_charged: 100 });
    expect(hit.json.data.screenshot.base64).toBe(picture.toString('base64'));
    const check = verifyReceipt(await market.receiptOf(hit.json.job_id), {
      router: market.server.routerKey.publicKey,
      response: hit.json,
    });
    expect(check).toMatchObject({ valid: true });
  });

  it('takes the copy whatever its time-out and the writing of its address, and no other request’s', async () => {
    const { requests } = await market.node();
    const url = market.fresh();
    expect(isHit(await market.second(asking(url)))).toBe(true);
    const agent = await market.rich();
    const ask = async (body: object) => isHit(await agent.send('POST', SCRAPE, body));
    expect(await ask(asking(url.replace('example.com', 'EXAMPLE.com:443'), { timeout: 7 }))).toBe(true);
    expect(await ask({ ...asking(url), output_format: 'markdown' })).toBe(false);
    expect(await ask({ ...asking(url), selectors: { title: 'h1' } })).toBe(false);
    expect(await ask(asking(`${url}?x`))).toBe(false);
    expect(await ask(asking(url, { language: 'de' }))).toBe(false);
    expect(await ask(asking(url, { javascript: true }))).toBe(false);
    expect(requests).toHaveLength(6);
  });

  it('takes none that is older, the youngest of several, and with 0 none at all', async () => {
    const { requests } = await market.node();
    const url = market.fresh();
    const agent = await market.rich();
    const ask = async (maxAge: number) => agent.send('POST', SCRAPE, asking(url, { max_age: maxAge }));
    expect(isHit(await ask(0))).toBe(false);
    expect(isHit(await ask(0))).toBe(false);
    await market.age(url, 100);
    expect(isHit(await ask(99))).toBe(false);
    expect((await ask(3600)).json).toMatchObject({
      cache: { hit: true, age_seconds: 0 },
      data: { text: 'reading 3' },
    });
    await market.age(url, 100);
    const hit = await ask(3600);
    expect(hit.json.cache.hit).toBe(true);
    expect(hit.json.cache.age_seconds).toBeGreaterThanOrEqual(100);
    expect(Date.parse(hit.json.cache.made_at)).toBeLessThan(Date.now() - 99_000);
    expect(requests).toHaveLength(3);
  });

  it('makes no copy of a copy', async () => {
    await market.node();
    const url = market.fresh();
    await market.second(asking(url));
    const copies =
      await market.sql`select 1 from scrape_copies c join jobs j on j.id = c.job_id where j.request like ${`%${url}"%`}`;
    expect(copies).toHaveLength(1);
  });

  it('shares nothing with those who do not ask', async () => {
    const { requests } = await market.node();
    const url = market.fresh();
    await market.second({ url });
    const agent = await market.rich();
    expect(isHit(await agent.send('POST', SCRAPE, asking(url)))).toBe(false);
    const plain = await agent.send('POST', SCRAPE, { url });
    expect(plain.json.cache).toBeUndefined();
    expect(plain.json.watt_charged).toBe(200);
    expect(requests).toHaveLength(4);
  });

  it('is refused before payment with what is the caller’s own, and quoted with both prices', async () => {
    const agent = await market.rich();
    for (const own of [
      { headers: { 'x-a': 'b' } },
      { cookies: { a: 'b' } },
      { actions: [{ type: 'scroll' }] },
      { if_none_match: '"x"' },
      { if_modified_since: 'Mon, 01 Jan 2024 00:00:00 GMT' },
    ]) {
      const name = Object.keys(own)[0];
      expect(await agent.send('POST', SCRAPE, asking(market.fresh(), own))).toMatchObject({
        status: 400,
        json: {
          code: 'INVALID_REQUEST',
          errors: [{ field: 'options.max_age', message: `is not for a request with ${name}` }],
        },
      });
    }
    for (const max_age of [-1, 3601, 1.5]) {
      expect(await agent.send('POST', SCRAPE, asking(market.fresh(), { max_age }))).toMatchObject({
        status: 400,
      });
    }
    expect(await agent.send('POST', SCRAPE, asking('https://me:pass@example.com/'))).toMatchObject({
      status: 400,
    });
    expect((await agent.send('GET', '/api/v1/balance')).json).toMatchObject({ available: 20_000 });
    const quote = { service: 'scrape', request: asking(market.fresh()) };
    expect((await market.server.send('POST', '/api/v1/quote', quote)).json).toMatchObject({
      watt: 200,
      cache_hit_watt: 40,
    });
    expect((await market.server.send('GET', '/api/v1/pricing')).json.scrape.copies).toEqual({
      charged_bps: 2000,
      max_age_seconds: 3600,
    });
  });

  it('waits for a node that signs copies', async () => {
    market.nodes.push(await connectCopyNode(market.server.router.url, { copies: false }));
    const agent = await market.rich();
    const body = { ...asking(market.fresh()), job_id: createJobId() };
    const sent = await agent.send('POST', SCRAPE, body, { prefer: 'respond-async' });
    expect(sent.json.state).toBe('queued');
    expect((await agent.send('POST', SCRAPE, { url: market.fresh() })).status).toBe(200);
    expect((await market.server.send('GET', `/api/v1/jobs/${body.job_id}`)).json.state).toBe('queued');
    await market.node();
    expect((await agent.send('POST', SCRAPE, body)).json).toMatchObject({
      success: true,
      cache: { hit: false },
    });
  });
});

describe('the receipt of a copy', () => {
  it('fails with every one of its parts changed', async () => {
    await market.node();
    const url = market.fresh();
    const body = JSON.stringify(asking(url));
    const hit = await market.second(JSON.parse(body));
    const receipt = await market.receiptOf(hit.json.job_id);
    const verify = (changed: Partial<Receipt>, response = hit.json, requestBody = body) =>
      verifyReceipt(
        { ...receipt, ...changed },
        { router: market.server.routerKey.publicKey, requestBody, response },
      ).valid;
    expect(verify({})).toBe(true);
    const facts = JSON.parse(receipt.receipt);
    for (const name of Object.keys(facts)) {
      expect(verify({ receipt: canonicalJson({ ...facts, [name]: 'x' }) }), name).toBe(false);
    }
    const statement = JSON.parse(receipt.node_statement ?? '');
    expect(Object.keys(statement).sort()).toEqual([
      'artifacts',
      'body_sha256',
      'finished_at',
      'node',
      'request_sha256',
    ]);
    for (const name of Object.keys(statement)) {
      expect(verify({ node_statement: canonicalJson({ ...statement, [name]: 1 }) }), name).toBe(false);
    }
    expect(verify({ node_signature: receipt.router_signature })).toBe(false);
    expect(verify({ node_statement: null, node_signature: null })).toBe(false);
    expect(verify({}, { ...hit.json, data: { text: 'another' } })).toBe(false);
    expect(verify({}, hit.json, `${body} `)).toBe(false);
    // What stands beside the signed part is the router's word alone, and does not break it.
    expect(verify({}, { ...hit.json, cache: { hit: false } })).toBe(true);
  });
});

it('the counters tell hits from misses', async () => {
  const before = market.server.router.context.copies.counts();
  await market.node();
  const url = market.fresh();
  await market.second(asking(url));
  await (await market.rich()).send('POST', SCRAPE, asking(url, { max_age: 0 }));
  const { hits, misses } = market.server.router.context.copies.counts();
  expect([hits - before.hits, misses - before.misses]).toEqual([1, 1]);
  const metrics = await market.server.send('GET', '/metrics');
  expect(metrics.text).toContain(`watt_copies{outcome="hit"} ${hits}`);
  expect((await market.server.send('GET', '/api/v1/stats')).json.scrapes_from_copies).toBeGreaterThan(0);
});

it('a call with an id that is asked again is not charged again', async () => {
  await market.node();
  const url = market.fresh();
  await market.second(asking(url));
  const agent = await market.rich();
  const body = { ...asking(url), job_id: createJobId() };
  const answers = await Promise.all(Array.from({ length: 10 }, () => agent.send('POST', SCRAPE, body)));
  for (const answer of answers) expect(answer.json).toEqual(answers[0]?.json);
  expect(isHit(answers[0] as Answered)).toBe(true);
  expect((await agent.send('GET', '/api/v1/balance')).json).toMatchObject({ available: 19_960, held: 0 });
});
