import { createJobId, parseJobId, verifyReceipt } from '@watt/shared';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { reverseCredit, trialBalance } from '../../src/ledger/ledger.ts';
import { deposit } from '../harness/deposit.ts';
import { prepaidAgent } from '../harness/prepaid-agent.ts';
import { type Answered, startServer, type TestServer } from '../http/start-server.ts';
import { connectPageNode, type PageNode, type Verdict } from './page-node.ts';

const PRICE = 200_000_000n;
const PATH = '/api/v1/scrape/batch';
const ASYNC = { prefer: 'respond-async' };
let server: TestServer;
const nodes: PageNode[] = [];

beforeAll(async () => {
  server = await startServer({ SOLANA_POLL_MS: '600000' });
});
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()));
});
afterAll(() => server?.[Symbol.asyncDispose]());

const urls = (count: number, name = 'page') =>
  Array.from({ length: count }, (_, index) => `https://example.com/${name}/${index}`);
const sql = () => server.db.database.sql;

async function node(options: { slots?: number; verdict?: (url: string) => Verdict } = {}): Promise<PageNode> {
  const { slots = 8, verdict = () => 'ok' } = options;
  const connected = await connectPageNode(server.router.url, { slots, verdict });
  nodes.push(connected);
  return connected;
}
/** Puts a payment on chain and on record. */
async function pay(from: string, memo: string, amount: bigint): Promise<void> {
  server.solana.pay({ from, amount, memo });
  await server.router.context.payments.sync(5000);
}
/** A wallet with a balance. */
async function rich(amount: bigint) {
  const agent = prepaidAgent(server);
  await deposit(sql(), { wallet: agent.wallet, amount });
  return agent;
}
const batch = (jobId: string, count: number, more: object = {}) => ({
  urls: urls(count),
  job_id: jobId,
  ...more,
});
const holdsOf = async (batchId: string) =>
  sql()<{ amount: bigint }[]>`
    select t.amount from scrape_batches b join transfers t on t.job_id = any(b.job_ids) where b.id = ${batchId} and t.kind = 'hold'`;
const stateOf = async (batchId: string) => (await server.send('GET', `/api/v1/batches/${batchId}`)).json;
const codes = (answers: Answered[]) => answers.map(({ status, json }) => json.code ?? status).sort();

describe('a batch paid by memo', () => {
  it('asks for the sum, takes the payment once, and answers with every page and a receipt for each', async () => {
    await node();
    const agent = prepaidAgent(server);
    const id = createJobId();
    const body = JSON.stringify(batch(id, 3));
    const headers = { 'content-type': 'application/json' };
    const unpaid = await server.send('POST', PATH, body, headers);
    expect(unpaid).toMatchObject({
      status: 402,
      json: {
        code: 'PAYMENT_NOT_FOUND',
        batch_id: id,
        status_url: `/api/v1/batches/${id}`,
        payment: { amount: 600, amount_base: `${3n * PRICE}`, memo: id },
      },
    });
    expect(await stateOf(id)).toMatchObject({
      state: 'awaiting_payment',
      payment: { amount: 600 },
      results: [],
    });

    await pay(agent.wallet, unpaid.json.payment.commitment_memo, 2n * PRICE);
    expect(await server.send('POST', PATH, body, headers)).toMatchObject({
      status: 402,
      json: { code: 'PAYMENT_INSUFFICIENT', payment: { missing_base: `${PRICE}` } },
    });
    expect(await holdsOf(id)).toEqual([]);

    await pay(agent.wallet, id, PRICE);
    const paid = await server.send('POST', PATH, body, headers);
    expect(paid).toMatchObject({
      status: 200,
      json: {
        success: true,
        batch_id: id,
        state: 'done',
        paid_by: agent.wallet,
        pages: { total: 3, done: 3, failed: 0, running: 0 },
        watt_charged: 600,
        watt_refunded: 0,
        next: null,
      },
    });
    expect(paid.json.results).toMatchObject(
      urls(3).map((url, index) => ({
        index,
        url,
        success: true,
        data: { text: `text of ${url}` },
        watt_charged: 200,
      })),
    );
    for (const { job_id } of paid.json.results) {
      const receipt = (await server.send('GET', `/api/v1/jobs/${job_id}/receipt`)).json;
      expect(verifyReceipt(receipt, { router: server.routerKey.publicKey })).toMatchObject({
        valid: true,
      });
    }
    const applied = await sql()`select count(distinct applied_job)::int as jobs, count(*)::int as payments
      from chain_credits where payer = ${agent.wallet} and applied_job is not null`;
    expect(applied).toMatchObject([{ jobs: 1, payments: 2 }]);
    expect(await trialBalance(sql())).toMatchObject({ balanced: true });
  });

  it('is joined by the same body and refuses another under its id', async () => {
    const id = createJobId();
    await server.send('POST', PATH, batch(id, 2));
    expect(await server.send('POST', PATH, batch(id, 3))).toMatchObject({
      status: 409,
      json: { code: 'JOB_ID_CONFLICT' },
    });
    expect(await server.send('POST', PATH, batch(id, 2))).toMatchObject({ status: 402 });
  });

  it('that was paid when the router died is funded by the next look, once, by two routers', async () => {
    const agent = prepaidAgent(server);
    const id = createJobId();
    await server.send('POST', PATH, batch(id, 4));
    await deposit(sql(), { wallet: agent.wallet, amount: 4n * PRICE, memo: id });
    const { batches } = server.router.context;
    await Promise.all([batches.fundMatched(), batches.fundMatched(), batches.fundMatched()]);
    expect((await holdsOf(id)).map(({ amount }) => amount)).toEqual([PRICE, PRICE, PRICE, PRICE]);
    expect(await stateOf(id)).toMatchObject({
      state: 'running',
      paid_by: agent.wallet,
      pages: { running: 4 },
    });
  });
});

describe('a batch paid from a balance', () => {
  it('of twenty calls at once is held once', async () => {
    const agent = await rich(100n * PRICE);
    const id = createJobId();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => agent.send('POST', PATH, batch(id, 5), ASYNC)),
    );
    expect(new Set(codes(answers))).toEqual(new Set([202]));
    expect(await holdsOf(id)).toHaveLength(5);
    const balance = (await agent.send('GET', '/api/v1/balance')).json;
    expect(balance).toMatchObject({ available: 95 * 200, held: 5 * 200 });
  });

  it('may have a hundred pages', async () => {
    await node({ slots: 50 });
    const agent = await rich(100n * PRICE);
    const answer = await agent.send('POST', PATH, { urls: urls(100) });
    expect(answer).toMatchObject({
      status: 200,
      json: { pages: { done: 100 }, watt_charged: 20_000, next: null },
    });
    expect(answer.json.results).toHaveLength(100);
  });

  it('is paid whole or not at all', async () => {
    const agent = await rich(5n * PRICE - 1n);
    const id = createJobId();
    expect(await agent.send('POST', PATH, batch(id, 5))).toMatchObject({
      status: 402,
      json: { code: 'BALANCE_INSUFFICIENT', balance: { missing_base: '1' }, payment: { amount: 1000 } },
    });
    expect(await holdsOf(id)).toEqual([]);
    expect(
      await sql()`select 1 from scrape_batches b join jobs j on j.id = any(b.job_ids) where b.id = ${id}`,
    ).toHaveLength(0);
  });

  it('of two batches and a job that race for one balance, none is half paid', async () => {
    for (let round = 0; round < 4; round += 1) {
      const agent = await rich(5n * PRICE);
      const [a, b] = [createJobId(), createJobId()];
      const answers = await Promise.all([
        agent.send('POST', PATH, batch(a, 3), ASYNC),
        agent.send('POST', PATH, batch(b, 4), ASYNC),
        agent.send('POST', '/api/v1/scrape', { url: 'https://example.com/' }, ASYNC),
      ]);
      const held = [(await holdsOf(a)).length, (await holdsOf(b)).length];
      expect([
        [3, 0],
        [0, 4],
      ]).toContainEqual(held);
      expect(codes(answers)).toEqual([202, 202, 'BALANCE_INSUFFICIENT']);
    }
    expect(await trialBalance(sql())).toMatchObject({ balanced: true });
  });

  it('counts against a key’s budget, and gives back what its failed pages cost', async () => {
    await node({ verdict: (url) => (url.endsWith('/1') ? 'fail' : 'ok') });
    const agent = await rich(10n * PRICE);
    const { bearer } = await agent.apiKey({ budget_per_day: 700 });
    const first = await server.send('POST', PATH, { urls: urls(3) }, bearer);
    expect(first).toMatchObject({
      status: 200,
      json: {
        success: false,
        pages: { done: 2, failed: 1, running: 0 },
        watt_charged: 400,
        watt_burned: 0.6,
        watt_refunded: 200,
      },
    });
    expect(first.json.results[1]).toMatchObject({
      success: false,
      code: 'SCRAPE_FAILED',
      watt_charged: 0,
      refund: { watt: 200, to: agent.wallet, as: 'balance' },
    });
    const over = await server.send('POST', PATH, { urls: urls(2) }, bearer);
    expect(over).toMatchObject({ status: 403, json: { code: 'BUDGET_EXCEEDED', budget: { left: 300 } } });
    expect((await server.send('POST', PATH, { urls: urls(1) }, bearer)).status).toBe(200);
    expect(await trialBalance(sql())).toMatchObject({ balanced: true });
  });

  it('is found again by an Idempotency-Key, and refused above maxCost', async () => {
    const agent = await rich(10n * PRICE);
    const key = { 'idempotency-key': 'once', ...ASYNC };
    const [first, second] = [
      await agent.send('POST', PATH, { urls: urls(2) }, key),
      await agent.send('POST', PATH, { urls: urls(2) }, key),
    ];
    expect(second.json.batch_id).toBe(first.json.batch_id);
    expect(await holdsOf(first.json.batch_id)).toHaveLength(2);
    expect((await agent.send('POST', PATH, { urls: urls(3) }, key)).json.code).toBe('IDEMPOTENCY_KEY_REUSED');
    const dear = await agent.send('POST', PATH, { urls: urls(3), maxCost: 599 });
    expect(dear).toMatchObject({ status: 412, json: { price: 600, max_cost: 599 } });
  });
});

describe('its pages', () => {
  it('go to every node that has slots', async () => {
    const isOurs = (url: string) => url.includes('/spread/');
    const verdict = (url: string) => (isOurs(url) ? 'open' : 'ok');
    const both = [await node({ slots: 4, verdict }), await node({ slots: 4, verdict })];
    const agent = await rich(8n * PRICE);
    const { batch_id } = (await agent.send('POST', PATH, { urls: urls(8, 'spread') }, ASYNC)).json;
    await expect.poll(() => both.map((one) => one.urls.filter(isOurs).length)).toEqual([4, 4]);
    for (const one of both) one.release();
    await expect.poll(async () => (await stateOf(batch_id)).state).toBe('done');
  });

  it('come with a call that does not want to wait, once they have ended', async () => {
    const agent = await rich(2n * PRICE);
    const call = () => agent.send('POST', PATH, { urls: urls(2) }, { ...ASYNC, 'idempotency-key': 'later' });
    const first = await call();
    expect(first).toMatchObject({ status: 202, json: { state: 'running', results: [], next: '0' } });
    await node();
    await expect.poll(async () => (await call()).status).toBe(200);
    expect((await call()).json).toMatchObject({
      results: [{ success: true }, { success: true }],
      next: null,
    });
  });

  it('are read part by part, with what still runs', async () => {
    await node({ verdict: (url) => (url.endsWith('/2') ? 'open' : 'ok') });
    const agent = await rich(5n * PRICE);
    const { batch_id } = (await agent.send('POST', PATH, { urls: urls(5) }, ASYNC)).json;
    await expect.poll(async () => (await stateOf(batch_id)).pages).toMatchObject({ done: 4, running: 1 });
    const path = `/api/v1/batches/${batch_id}?limit=3`;
    const part = (await server.send('GET', path)).json;
    expect(part).toMatchObject({
      next: '3',
      results: [{ state: 'succeeded' }, {}, { index: 2, state: 'running' }],
    });
    const rest = (await server.send('GET', `${path}&after=3`)).json;
    expect(rest.results.map((page: { index: number }) => page.index)).toEqual([3, 4]);
    expect(rest.next).toBeNull();
    nodes[0]?.release();
    await expect.poll(async () => (await stateOf(batch_id)).state).toBe('done');
  });

  it('come as lines as they end, and go on when the caller hangs up', async () => {
    const slow = await node({ verdict: (url) => (url.endsWith('/0') ? 'open' : 'ok') });
    const agent = await rich(3n * PRICE);
    const { bearer } = await agent.apiKey();
    const call = new AbortController();
    const answer = await streamed(3, bearer, call.signal);
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = linesOf(answer);
    const first = [await lines.next(), await lines.next()].map(({ value }) => value);
    expect(first.map((line) => line.type)).toEqual(['page', 'page']);
    expect(first.map((line) => line.index).sort()).toEqual([1, 2]);
    call.abort();
    slow.release();
    const batchId = await batchOfJob(first[0].job_id);
    await expect.poll(async () => (await stateOf(batchId)).pages.done).toBe(3);
  });

  it('end the lines with what the whole came to', async () => {
    await node();
    const agent = await rich(2n * PRICE);
    const { bearer } = await agent.apiKey();
    const text = await (await streamed(2, bearer)).text();
    const parsed = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(parsed.map((line) => line.type)).toEqual(['page', 'page', 'batch']);
    expect(parsed[2]).toMatchObject({ state: 'done', watt_charged: 400, pages: { done: 2 } });
  });
});

describe('a call that is refused', () => {
  it.each([
    [['https://example.com/', 'nonsense'], 'INVALID_REQUEST', 1],
    [['https://example.com/', 'https://example.com/a', 'http://10.0.0.1/'], 'DOMAIN_BLOCKED', 2],
  ])('for one bad address names it, and registers nothing: %j', async (list, code, index) => {
    const id = createJobId();
    const answer = await server.send('POST', PATH, { urls: list, job_id: id });
    expect(answer.json).toMatchObject({ code, index });
    expect(answer.json.error).toContain(`urls.${index}`);
    expect((await server.send('GET', `/api/v1/batches/${id}`)).status).toBe(404);
  });

  it.each([[[]], [urls(101)]])('for no address or too many', async (list) => {
    expect((await server.send('POST', PATH, { urls: list })).status).toBe(400);
  });

  it('for a body that its pages would make too large', async () => {
    const cookies = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`c${index}`, 'x'.repeat(1000)]),
    );
    const body = (count: number) => ({ urls: urls(count), options: { cookies } });
    expect((await server.send('POST', PATH, body(50))).status).toBe(402);
    expect((await server.send('POST', PATH, body(100))).json).toMatchObject({
      code: 'INVALID_REQUEST',
      errors: [{ field: 'body' }],
    });
  });

  it('for a payment over x402 says how to pay', async () => {
    const answer = await server.send('POST', PATH, { urls: urls(1) }, { 'payment-signature': 'x' });
    expect(answer.json.code).toBe('X402_UNAVAILABLE');
  });
});

it('is not funded with a hold too few, whatever asks for it', async () => {
  const id = createJobId();
  await server.send('POST', PATH, batch(id, 2));
  await expect(
    sql()`update scrape_batches set state = 'funded', payer = 'p', funded_at = now() where id = ${id}`,
  ).rejects.toThrow('0 of 2 jobs held');
});

it('whose payment vanishes from the chain afterwards runs on, and the books say what is missing', async () => {
  const id = createJobId();
  await server.send('POST', PATH, batch(id, 2));
  const agent = prepaidAgent(server);
  const amount = 2n * PRICE;
  const signature = await deposit(sql(), { wallet: agent.wallet, amount, memo: id, status: 'confirmed' });
  await server.router.context.batches.fundMatched();
  const { accounts } = server.router.context;
  await sql().begin(async (tx) => {
    await tx`update chain_credits set status = 'orphaned' where signature = ${signature}`;
    expect(await reverseCredit(tx, accounts, { signature, amount, landing: 1 })).toEqual({
      uncovered: amount,
    });
  });
  expect(await stateOf(id)).toMatchObject({ state: 'running', paid_by: agent.wallet });
  await server.router.context.batches.fundMatched();
  expect(await holdsOf(id)).toHaveLength(2);
  expect(await trialBalance(sql())).toMatchObject({ balanced: true });
});

it('expires when nobody pays, and its payment is then the payer’s balance', async () => {
  const id = createJobId();
  await server.send('POST', PATH, batch(id, 2));
  // The clock of the database decides; the trigger that keeps the time is no part of what is tested.
  await sql().begin(async (tx) => {
    await tx`alter table scrape_batches disable trigger scrape_batches_keep`;
    await tx`update scrape_batches set expires_at = now() - interval '1 second' where id = ${id}`;
    await tx`alter table scrape_batches enable trigger scrape_batches_keep`;
  });
  await server.router.context.batches.expireUnpaid();
  const agent = prepaidAgent(server);
  await pay(agent.wallet, id, 2n * PRICE);
  expect((await server.send('POST', PATH, batch(id, 2))).json.code).toBe('JOB_EXPIRED');
  expect((await agent.send('GET', '/api/v1/balance')).json.available).toBe(400);
});

function streamed(count: number, bearer: Record<string, string>, signal?: AbortSignal): Promise<Response> {
  return fetch(`${server.router.url}${PATH}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/x-ndjson', ...bearer },
    body: JSON.stringify({ urls: urls(count) }),
    ...(signal && { signal }),
  });
}

async function batchOfJob(jobId: string): Promise<string> {
  const [row] = await sql()<
    { id: string }[]
  >`select id from scrape_batches where ${jobId}::uuid = any(job_ids)`;
  return parseJobId(row?.id ?? '') ?? '';
}

// biome-ignore lint/suspicious/noExplicitAny: a test looks into lines of every shape
async function* linesOf(answer: Response): AsyncGenerator<any, void> {
  let rest = '';
  for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const parts = `${rest}${chunk}`.split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) yield JSON.parse(part);
  }
}
