import { createJobId } from '@watt/shared';
import { afterAll, expect, it } from 'vitest';
import { call } from './call.ts';
import { readMoney } from './read-money.ts';
import { startMarket } from './start-market.ts';
import { connectWillingNode } from './willing-node.ts';
import { createX402Payer, readHeader } from './x402-payer.ts';

const market = await startMarket();
const money = readMoney(market);
const node = await connectWillingNode(market.router.url, {
  capabilities: { scrape: { slots: 8, javascript: false, screenshots: false, map: true }, execute: null },
});
afterAll(async () => {
  await node.kill();
  await market.close();
});
const at = (path: string): string => `${market.router.url}${path}`;
const BATCH = '/api/v1/scrape/batch';
const pages = (count: number) =>
  Array.from({ length: count }, (_, index) => `http://127.0.0.1:8099/${createJobId()}/${index}`);
const answerPages = async (count: number, failing: number | null = null): Promise<void> => {
  for (let index = 0; index < count; index += 1) {
    const job = await node.nextJob();
    if (index === failing) node.fail(job, { code: 'SCRAPE_FAILED', retryable: false });
    else node.answer(job);
  }
};
const payerWith = async (watt: number) => {
  const wallet = await market.agent(watt, { lamports: 0n });
  return { wallet, payer: await createX402Payer(market, wallet) };
};
const paymentsOf = (wallet: { publicKey: { toBase58(): string } }) =>
  market.sql`select 1 from chain_credits where payer = ${wallet.publicKey.toBase58()}`;

it('a batch is bought whole by the stock client; the page that failed is given back', async () => {
  const { wallet, payer } = await payerWith(600);
  const [response] = await Promise.all([
    payer.fetch(at(BATCH), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ urls: pages(3) }),
    }),
    answerPages(3, 1),
  ]);
  expect(response.status).toBe(200);
  const body = (await response.json()) as { batch_id: string };
  expect(body).toMatchObject({
    state: 'done',
    paid_by: wallet.publicKey.toBase58(),
    pages: { total: 3, done: 2, failed: 1, running: 0 },
    watt_charged: 400,
    watt_refunded: 200,
  });
  expect(readHeader(response.headers, 'payment-response')).toMatchObject({
    success: true,
    amount: '600000000',
  });
  expect(await money.balanceOf(wallet.publicKey)).toBe(200_000_000n);
});

it('a batch that comes line by line says first how its payment went', async () => {
  const { payer } = await payerWith(400);
  const signed = await payer.sign(at(BATCH), { urls: pages(2) });
  const [response] = await Promise.all([
    fetch(at(BATCH), {
      method: 'POST',
      headers: { ...signed.headers, 'content-type': 'application/json', accept: 'application/x-ndjson' },
      body: JSON.stringify(signed.body),
    }),
    answerPages(2),
  ]);
  expect(response.headers.get('content-type')).toBe('application/x-ndjson');
  expect(readHeader(response.headers, 'payment-response')).toMatchObject({ success: true });
  const lines = (await response.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map((line) => line.type)).toEqual(['page', 'page', 'batch']);
  expect(lines.at(-1)).toMatchObject({ batch_id: signed.jobId, state: 'done', watt_charged: 400 });
});

it('one payment for a batch that is sent four times at once is charged once, and for other pages it is refused', async () => {
  const { wallet, payer } = await payerWith(5000);
  const signed = await payer.sign(at(BATCH), { urls: pages(2) });
  const swapped = await signed.send({ body: { urls: pages(2) } });
  expect(swapped).toMatchObject({ status: 409, body: { code: 'JOB_ID_CONFLICT' } });
  const begun = node.jobs.length;
  const [answers] = await Promise.all([
    Promise.all([signed.send(), signed.send(), signed.send(), signed.send()]),
    answerPages(2),
  ]);
  expect(answers.map(({ status, body }) => [status, body.batch_id])).toEqual(
    Array.from({ length: 4 }, () => [200, signed.jobId]),
  );
  expect(node.jobs.length - begun).toBe(2);
  expect(await paymentsOf(wallet)).toHaveLength(1);
  const single = await signed.send({
    url: at('/api/v1/scrape'),
    body: { url: pages(1)[0], job_id: signed.jobId },
  });
  expect(single.status).toBe(402);
  expect(await paymentsOf(wallet)).toHaveLength(1);
});

it('a batch cannot take the id of a job, which one payment could be for', async () => {
  const jobId = createJobId();
  const [url] = pages(1);
  expect((await call('POST', at('/api/v1/scrape'), { url, job_id: jobId })).status).toBe(402);
  const batch = await call('POST', at(BATCH), { urls: [url], job_id: jobId });
  expect(batch).toMatchObject({ status: 409, body: { code: 'JOB_ID_CONFLICT' } });
});

it('nobody is told to pay by memo for a batch whose payment is on its way', async () => {
  const { payer } = await payerWith(400);
  const signed = await payer.sign(at(BATCH), { urls: pages(2) });
  market.chain.faults.dropRate = 1;
  const pending = await signed.send({ headers: { ...signed.headers, prefer: 'respond-async' } });
  expect(pending).toMatchObject({ status: 202, body: { code: 'PAYMENT_PENDING', batch_id: signed.jobId } });
  const status = await call('GET', at(pending.body.status_url));
  expect(status.body).toMatchObject({ state: 'awaiting_payment', payment_pending: expect.any(String) });
  expect(status.body.payment).toBeUndefined();
  market.chain.faults.dropRate = 0;
  await answerPages(2);
  await expect
    .poll(async () => (await call('GET', at(pending.body.status_url))).body)
    .toMatchObject({ state: 'done', watt_charged: 400 });
});

it('a map is bought by the stock client', async () => {
  const { payer } = await payerWith(100);
  const found = { urls: ['http://127.0.0.1:8099/'], sitemaps: [], truncated: false };
  const [response] = await Promise.all([
    payer.fetch(at('/api/v1/map'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ url: 'http://127.0.0.1:8099/', limit: 3 }),
    }),
    (async () => node.answer(await node.nextJob(), found))(),
  ]);
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ data: found, watt_charged: 100 });
  expect(await money.ledger()).toMatchObject({ balanced: true, held: '0' });
});
