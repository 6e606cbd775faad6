import { canonicalJson, createJobId, type Receipt, verifyReceipt } from '@watt/shared';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { trialBalance } from '../../src/ledger/ledger.ts';
import { deposit } from '../harness/deposit.ts';
import { type PrepaidAgent, prepaidAgent } from '../harness/prepaid-agent.ts';
import { type Answered, startServer, type TestServer } from '../http/start-server.ts';
import { type CopyNode, connectCopyNode, type PageAnswer } from './copy-node.ts';

const PRICE = 200_000_000n;
const SCRAPE = '/api/v1/scrape';
let server: TestServer;
const nodes: CopyNode[] = [];

beforeAll(async () => {
  server = await startServer({ SOLANA_POLL_MS: '600000' });
});
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()));
});
afterAll(() => server?.[Symbol.asyncDispose]());

const sql = () => server.db.database.sql;
let pages = 0;
/** An address that no other test has asked for. */
const fresh = (): string => {
  pages += 1;
  return `https://example.com/${pages}`;
};
const asking = (url: string, options: object = {}) => ({ url, options: { max_age: 600, ...options } });

async function node(answer?: (request: { url: string }) => PageAnswer): Promise<CopyNode> {
  const connected = await connectCopyNode(server.router.url, answer && { answer });
  nodes.push(connected);
  return connected;
}
async function rich(amount = 100n * PRICE): Promise<PrepaidAgent> {
  const agent = prepaidAgent(server);
  await deposit(sql(), { wallet: agent.wallet, amount });
  return agent;
}
const receiptOf = async (jobId: string): Promise<Receipt> =>
  (await server.send('GET', `/api/v1/jobs/${jobId}/receipt`)).json;
const isHit = ({ json }: Answered): boolean => json.cache.hit;
/** Makes the copies of an address older. */
const age = (url: string, seconds: number) => sql()`
  update scrape_copies c set made_at = made_at - make_interval(secs => ${seconds}) from jobs j
  where j.id = c.job_id and j.request::json ->> 'url' = ${url}`;
const moved = async (jobId: string) =>
  Object.fromEntries(
    (
      await sql()<{ kind: string; amount: bigint }[]>`
      select kind, amount from transfers where job_id = ${jobId} order by kind`
    ).map((row) => [row.kind, row.amount]),
  );
/** The second of two identical calls, of another agent than the first. */
async function second(body: object, first: object = body): Promise<Answered> {
  const [one, other] = [await rich(), await rich()];
  expect(await one.send('POST', SCRAPE, first)).toMatchObject({ status: 200 });
  return other.send('POST', SCRAPE, body);
}

describe('a scrape that says how old it may be', () => {
  it('is served with another agent’s result for a fifth of the price, and the node is paid again', async () => {
    const { node: source, requests } = await node();
    const [one, other] = [await rich(), await rich()];
    const url = fresh();
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
    expect((await server.send('GET', `/api/v1/nodes/${source.key.publicKey}`)).json).toMatchObject({
      earned_watt: 140 + 28,
      jobs_done: 1,
    });
    expect(await trialBalance(sql())).toMatchObject({ balanced: true });

    const check = verifyReceipt(await receiptOf(hit.json.job_id), {
      router: server.routerKey.publicKey,
      requestBody: body,
      response: hit.json,
    });
    expect(check).toMatchObject({
      valid: true,
      facts: { charged: '40000000', price: `${PRICE}`, attempt_id: null, copy: { max_age: 60 } },
    });
  });

  it('tells nothing of the agent that it was made for', async () => {
    await node();
    const url = fresh();
    const one = await rich();
    const made = await one.send('POST', SCRAPE, asking(url));
    const hit = await (await rich()).send('POST', SCRAPE, asking(url));
    const view = await server.send('GET', `/api/v1/jobs/${hit.json.job_id}`);
    expect(view.json).toMatchObject({
      attempts: 0,
      node: nodes[0]?.node.key.publicKey,
      refund: { watt: 160 },
      result: { cache: { hit: true } },
    });
    const receipt = JSON.stringify(await receiptOf(hit.json.job_id));
    const { attempt_id: attempt } = JSON.parse((await receiptOf(made.json.job_id)).receipt);
    for (const secret of [made.json.job_id, one.wallet, attempt]) {
      expect(secret).toMatch(/./);
      for (const told of [hit.text, view.text, receipt]) expect(told).not.toContain(secret);
    }
    expect((await server.send('GET', `/api/v1/jobs/${made.json.job_id}`)).json.finished_at).not.toBeNull();
  });

  it('gets the files of the result too', async () => {
    const picture = Buffer.from('a picture of a page');
    await node(() => ({ screenshot: picture }));
    const hit = await second(asking(fresh(), { screenshots: true }));
    expect(hit.json).toMatchObject({ cache: { hit: true }, watt_charged: 100 });
    expect(hit.json.data.screenshot.base64).toBe(picture.toString('base64'));
    const check = verifyReceipt(await receiptOf(hit.json.job_id), {
      router: server.routerKey.publicKey,
      response: hit.json,
    });
    expect(check).toMatchObject({ valid: true });
  });

  it('takes the copy whatever its time-out and the writing of its address, and no other request’s', async () => {
    const { requests } = await node();
    const url = fresh();
    expect(isHit(await second(asking(url)))).toBe(true);
    const agent = await rich();
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
    const { requests } = await node();
    const url = fresh();
    const agent = await rich();
    const ask = async (maxAge: number) => agent.send('POST', SCRAPE, asking(url, { max_age: maxAge }));
    expect(isHit(await ask(0))).toBe(false);
    expect(isHit(await ask(0))).toBe(false);
    await age(url, 100);
    expect(isHit(await ask(99))).toBe(false);
    expect((await ask(3600)).json).toMatchObject({
      cache: { hit: true, age_seconds: 0 },
      data: { text: 'reading 3' },
    });
    await age(url, 100);
    const hit = await ask(3600);
    expect(hit.json.cache.hit).toBe(true);
    expect(hit.json.cache.age_seconds).toBeGreaterThanOrEqual(100);
    expect(Date.parse(hit.json.cache.made_at)).toBeLessThan(Date.now() - 99_000);
    expect(requests).toHaveLength(3);
  });

  it('makes no copy of a copy', async () => {
    await node();
    const url = fresh();
    await second(asking(url));
    const copies =
      await sql()`select 1 from scrape_copies c join jobs j on j.id = c.job_id where j.request like ${`%${url}"%`}`;
    expect(copies).toHaveLength(1);
  });

  it('shares nothing with those who do not ask', async () => {
    const { requests } = await node();
    const url = fresh();
    await second({ url });
    const agent = await rich();
    expect(isHit(await agent.send('POST', SCRAPE, asking(url)))).toBe(false);
    const plain = await agent.send('POST', SCRAPE, { url });
    expect(plain.json.cache).toBeUndefined();
    expect(plain.json.watt_charged).toBe(200);
    expect(requests).toHaveLength(4);
  });

  it('is refused before payment with what is the caller’s own, and quoted with both prices', async () => {
    const agent = await rich();
    for (const own of [
      { headers: { 'x-a': 'b' } },
      { cookies: { a: 'b' } },
      { actions: [{ type: 'scroll' }] },
      { if_none_match: '"x"' },
      { if_modified_since: 'Mon, 01 Jan 2024 00:00:00 GMT' },
    ]) {
      const name = Object.keys(own)[0];
      expect(await agent.send('POST', SCRAPE, asking(fresh(), own))).toMatchObject({
        status: 400,
        json: {
          code: 'INVALID_REQUEST',
          errors: [{ field: 'options.max_age', message: `is not for a request with ${name}` }],
        },
      });
    }
    for (const max_age of [-1, 3601, 1.5]) {
      expect(await agent.send('POST', SCRAPE, asking(fresh(), { max_age }))).toMatchObject({ status: 400 });
    }
    expect(await agent.send('POST', SCRAPE, asking('https://me:pass@example.com/'))).toMatchObject({
      status: 400,
    });
    expect((await agent.send('GET', '/api/v1/balance')).json).toMatchObject({ available: 20_000 });
    const quote = { service: 'scrape', request: asking(fresh()) };
    expect((await server.send('POST', '/api/v1/quote', quote)).json).toMatchObject({
      watt: 200,
      cache_hit_watt: 40,
    });
    expect((await server.send('GET', '/api/v1/pricing')).json.scrape.copies).toEqual({
      charged_bps: 2000,
      max_age_seconds: 3600,
    });
  });

  it('waits for a node that signs copies', async () => {
    nodes.push(await connectCopyNode(server.router.url, { copies: false }));
    const agent = await rich();
    const body = { ...asking(fresh()), job_id: createJobId() };
    const sent = await agent.send('POST', SCRAPE, body, { prefer: 'respond-async' });
    expect(sent.json.state).toBe('queued');
    expect((await agent.send('POST', SCRAPE, { url: fresh() })).status).toBe(200);
    expect((await server.send('GET', `/api/v1/jobs/${body.job_id}`)).json.state).toBe('queued');
    await node();
    expect((await agent.send('POST', SCRAPE, body)).json).toMatchObject({
      success: true,
      cache: { hit: false },
    });
  });
});

describe('a result that others are not given', () => {
  it.each([
    ['of a page that was not found', { status: 404 }],
    ['of an error page', { status: 503 }],
    ['without a status', { status: 'ok' }],
    ['with a warning', { warnings: ['selector "a" matched nothing'] }],
    ['that the site says is not for stores', { cache_control: 'max-age=0, No-Store' }],
    ['that the site says is private', { cache_control: 'private="set-cookie", max-age=60' }],
    ['with a word on copies that is none', { cache_control: 7 }],
  ])('is one %s', async (_, metadata) => {
    await node(() => ({ metadata }));
    expect((await second(asking(fresh()))).json).toMatchObject({ cache: { hit: false }, watt_charged: 200 });
  });

  it('is none of a site that says nothing against it', async () => {
    await node(() => ({ metadata: { cache_control: 'no-cache, max-age=0', warnings: [] } }));
    expect(isHit(await second(asking(fresh())))).toBe(true);
  });

  it('is one that failed', async () => {
    let tries = 0;
    await node(() => ({ isFailed: ++tries === 1 }));
    const url = fresh();
    const agent = await rich();
    expect(await agent.send('POST', SCRAPE, asking(url))).toMatchObject({ json: { code: 'SCRAPE_FAILED' } });
    expect(isHit(await agent.send('POST', SCRAPE, asking(url)))).toBe(false);
  });

  it('is one that its node did not sign for them', async () => {
    await node(() => ({ sign: () => null }));
    expect(isHit(await second(asking(fresh())))).toBe(false);
  });

  it('is one whose node says that it is older, or that it is of the future', async () => {
    const offset = { ms: -61_000 };
    await node(() => ({ finishedAt: Date.now() + offset.ms }));
    expect(isHit(await second(asking(fresh(), { max_age: 60 })))).toBe(false);
    // A clock that is ahead makes no copy younger than it is.
    offset.ms = 1e15;
    const url = fresh();
    expect((await second(asking(url, { max_age: 60 }))).json.cache).toMatchObject({
      hit: true,
      age_seconds: 0,
    });
    await age(url, 61);
    expect(isHit(await (await rich()).send('POST', SCRAPE, asking(url, { max_age: 60 })))).toBe(false);
  });
});

it('a result whose signature for copies is bad is no result: another node is asked, nobody is charged for it', async () => {
  const isBad = { now: true };
  await node(() => ({ sign: (good) => (isBad.now ? `${good.slice(0, -2)}AA` : good) }));
  const agent = await rich();
  const sent = await agent.send('POST', SCRAPE, asking(fresh()), { prefer: 'respond-async' });
  const attempts = () => sql()<{ state: string; reason: string }[]>`
    select state, reason from attempts where job_id = ${sent.json.job_id}`;
  await expect.poll(async () => (await attempts()).length, { timeout: 20_000 }).toBeGreaterThan(0);
  await expect
    .poll(async () => (await attempts())[0], { timeout: 20_000 })
    .toMatchObject({ state: 'failed', reason: 'invalid result: the signature for copies does not match' });
  isBad.now = false;
  await node();
  await expect
    .poll(async () => (await server.send('GET', `/api/v1/jobs/${sent.json.job_id}`)).json.state, {
      timeout: 20_000,
    })
    .toBe('succeeded');
});

describe('the receipt of a copy', () => {
  it('fails with every one of its parts changed', async () => {
    await node();
    const url = fresh();
    const body = JSON.stringify(asking(url));
    const hit = await second(JSON.parse(body));
    const receipt = await receiptOf(hit.json.job_id);
    const verify = (changed: Partial<Receipt>, response = hit.json, requestBody = body) =>
      verifyReceipt({ ...receipt, ...changed }, { router: server.routerKey.publicKey, requestBody, response })
        .valid;
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
  const before = server.router.context.copies.counts();
  await node();
  const url = fresh();
  await second(asking(url));
  await (await rich()).send('POST', SCRAPE, asking(url, { max_age: 0 }));
  const { hits, misses } = server.router.context.copies.counts();
  expect([hits - before.hits, misses - before.misses]).toEqual([1, 1]);
  const metrics = await server.send('GET', '/metrics');
  expect(metrics.text).toContain(`watt_copies{outcome="hit"} ${hits}`);
  expect((await server.send('GET', '/api/v1/stats')).json.scrapes_from_copies).toBeGreaterThan(0);
});

it('a call with an id that is asked again is not charged again', async () => {
  await node();
  const url = fresh();
  await second(asking(url));
  const agent = await rich();
  const body = { ...asking(url), job_id: createJobId() };
  const answers = await Promise.all(Array.from({ length: 10 }, () => agent.send('POST', SCRAPE, body)));
  for (const answer of answers) expect(answer.json).toEqual(answers[0]?.json);
  expect(isHit(answers[0] as Answered)).toBe(true);
  expect((await agent.send('GET', '/api/v1/balance')).json).toMatchObject({ available: 19_960, held: 0 });
});
