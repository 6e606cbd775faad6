import { randomUUID } from 'node:crypto';
import { commitmentMemo, type JobId, sha256Hex, verifyReceipt } from '@watt/shared';
import { describe, expect, it } from 'vitest';
import { call } from './call.ts';
import { openMarket } from './open-market.ts';
import { pay } from './pay.ts';
import { readMoney } from './read-money.ts';

const { market, node } = await openMarket();
const at = (path: string): string => `${market.router.url}${path}`;
const page = (jobId: string, more: object = {}) => ({
  url: 'http://127.0.0.1:8099/',
  job_id: jobId,
  selectors: { title: 'h1' },
  ...more,
});
const scrape = (body: unknown, headers?: Record<string, string>) =>
  call('POST', at('/api/v1/scrape'), body, headers);
const balanceOf = async (wallet: string): Promise<bigint> => {
  const [row] = await market.sql<
    { balance: bigint }[]
  >`select balance from accounts where kind = 'customer' and owner = ${wallet}`;
  return row?.balance ?? 0n;
};
const answerNext = async (): Promise<void> => node.answer(await node.nextJob());

describe('pay by memo, then call', () => {
  it('runs the specification’s flow to the letter, charges once and proves it', async () => {
    const agent = await market.agent(1000);
    const jobId = randomUUID();
    const signature = await pay(market, { from: agent, watt: 200, memo: jobId });
    const [first] = await Promise.all([scrape(page(jobId)), answerNext()]);
    expect(first.status).toBe(200);
    expect(Object.keys(first.body)).toEqual([
      'success',
      'job_id',
      'data',
      'metadata',
      'watt_charged',
      'watt_burned',
    ]);
    expect(first.body).toMatchObject({
      success: true,
      job_id: jobId,
      data: { title: 'A page' },
      watt_charged: 200,
      watt_burned: 0.3,
    });
    expect(await node.nextAck()).toMatchObject({ verdict: 'paid', earned: '140000000' });

    const again = await scrape(page(jobId));
    expect(again.body).toEqual(first.body);
    expect(await balanceOf(agent.publicKey.toBase58())).toBe(0n);

    const receipt = (await call('GET', at(`/api/v1/jobs/${jobId}/receipt`))).body;
    const { body: pricing } = await call('GET', at('/api/v1/pricing'));
    const check = verifyReceipt(receipt, {
      router: pricing.router,
      requestBody: JSON.stringify(page(jobId)),
      response: first.body,
    });
    expect(check).toMatchObject({
      valid: true,
      facts: { charged: '200000000', payment_signatures: [signature] },
    });
    const job = (await call('GET', at(`/api/v1/jobs/${jobId}`))).body;
    expect(job).toMatchObject({
      state: 'succeeded',
      settlement: 'captured',
      paid_by: agent.publicKey.toBase58(),
    });
  });

  it('accepts the memo in any case, and refuses another body under the same id', async () => {
    const agent = await market.agent(300);
    const jobId = randomUUID();
    await pay(market, { from: agent, watt: 200, memo: jobId.toUpperCase() });
    const [first] = await Promise.all([scrape(page(jobId.toUpperCase())), answerNext()]);
    expect(first.status).toBe(200);
    const other = await scrape(page(jobId, { output_format: 'html' }));
    expect(other).toMatchObject({ status: 409, body: { success: false, code: 'JOB_ID_CONFLICT' } });
  });

  it('takes the commitment memo, which nobody else can use', async () => {
    const agent = await market.agent(300);
    const jobId = randomUUID() as JobId;
    const body = JSON.stringify(page(jobId));
    await pay(market, { from: agent, watt: 200, memo: commitmentMemo(jobId, sha256Hex(body)) });
    const thief = await scrape(page(jobId, { url: 'http://127.0.0.1:8099/other' }));
    expect(thief).toMatchObject({ status: 402, body: { code: 'PAYMENT_NOT_FOUND' } });
    expect(await balanceOf(agent.publicKey.toBase58())).toBe(200_000_000n);
  });

  it('joins concurrent calls of one job: one payment, one run', async () => {
    const agent = await market.agent(300);
    const jobId = randomUUID();
    await pay(market, { from: agent, watt: 200, memo: jobId });
    const before = node.jobs.length;
    const calls = await Promise.all([...Array.from({ length: 8 }, () => scrape(page(jobId))), answerNext()]);
    expect(calls.slice(0, 8).map((c) => (c as { status: number }).status)).toEqual(Array(8).fill(200));
    expect(node.jobs.length - before).toBe(1);
  });
});

describe('call, then pay', () => {
  it('answers 402 with everything needed to pay, and starts the job when the payment comes', async () => {
    const agent = await market.agent(900);
    const unpaid = await call('POST', at('/api/v1/execute'), { language: 'python', code: 'print(1)' });
    expect(unpaid).toMatchObject({ status: 402, body: { success: false, code: 'PAYMENT_NOT_FOUND' } });
    expect(unpaid.headers.get('content-type')).toContain('application/problem+json');
    const { payment, job_id: jobId } = unpaid.body;
    expect(payment).toMatchObject({
      amount: 500,
      amount_base: '500000000',
      memo: jobId,
      decimals: 6,
      mint: market.mint.toBase58(),
    });
    await pay(market, { from: agent, watt: 500, memo: payment.memo });
    await answerNext();
    await expect
      .poll(async () => (await call('GET', at(`/api/v1/jobs/${jobId}`))).body.state)
      .toBe('succeeded');
  });

  it('answers 202 at once when asked to, and 200 when the call comes again', async () => {
    const agent = await market.agent(900);
    const jobId = randomUUID();
    await pay(market, { from: agent, watt: 200, memo: jobId });
    const accepted = await scrape(page(jobId), { prefer: 'respond-async' });
    expect(accepted).toMatchObject({
      status: 202,
      body: { success: true, job_id: jobId, status_url: `/api/v1/jobs/${jobId}` },
    });
    await answerNext();
    expect((await scrape(page(jobId))).status).toBe(200);
  });

  it('never says "not paid" while the payment is on its way', async () => {
    const agent = await market.agent(900);
    const jobId = randomUUID();
    await pay(market, { from: agent, watt: 200, memo: jobId }, { confirm: false });
    const [answer] = await Promise.all([scrape(page(jobId)), answerNext()]);
    expect(answer.status).toBe(200);
  });

  it('never says "not paid" while the chain cannot be read', async () => {
    market.chain.faults.outage = 'unavailable';
    const answer = await scrape(page(randomUUID()));
    market.chain.faults.outage = 'none';
    expect(answer).toMatchObject({ status: 202, body: { code: 'PAYMENT_PENDING' } });
    expect(answer.headers.get('retry-after')).toBeTruthy();
  });
});

describe('money that does not fit', () => {
  it('names what is missing after an under-payment, and runs when the rest comes', async () => {
    const agent = await market.agent(900);
    const jobId = randomUUID();
    await pay(market, { from: agent, watt: 150, memo: jobId });
    const short = await scrape(page(jobId));
    expect(short).toMatchObject({
      status: 402,
      body: {
        code: 'PAYMENT_INSUFFICIENT',
        payment: { received_base: '150000000', missing_base: '50000000' },
      },
    });
    await pay(market, { from: agent, watt: 50, memo: jobId });
    const [full] = await Promise.all([scrape(page(jobId)), answerNext()]);
    expect(full.status).toBe(200);
  });

  it('keeps what is over, what comes twice and what has no memo in the payer’s balance', async () => {
    const agent = await market.agent(900);
    const jobId = randomUUID();
    await pay(market, { from: agent, watt: 250, memo: jobId });
    await Promise.all([scrape(page(jobId)), answerNext()]);
    await pay(market, { from: agent, watt: 200, memo: jobId });
    await pay(market, { from: agent, watt: 7, memo: 'hello' });
    await expect.poll(() => balanceOf(agent.publicKey.toBase58())).toBe(257_000_000n);
  });

  it('voids a job that failed to the payer’s balance, and says so', async () => {
    const agent = await market.agent(900);
    const jobId = randomUUID();
    await pay(market, { from: agent, watt: 200, memo: jobId });
    const failNext = async () => node.fail(await node.nextJob(), { code: 'SCRAPE_FAILED', retryable: false });
    const [answer] = await Promise.all([scrape(page(jobId)), failNext()]);
    const wallet = agent.publicKey.toBase58();
    expect(answer).toMatchObject({
      status: 502,
      body: {
        success: false,
        code: 'SCRAPE_FAILED',
        watt_charged: 0,
        refund: { watt: 200, to: wallet, as: 'balance' },
      },
    });
    expect(await balanceOf(wallet)).toBe(200_000_000n);
    const receipt = (await call('GET', at(`/api/v1/jobs/${jobId}/receipt`))).body;
    const { router } = (await call('GET', at('/api/v1/pricing'))).body;
    expect(verifyReceipt(receipt, { router })).toMatchObject({
      valid: true,
      facts: { settlement: 'voided', charged: '0' },
    });
  });

  it('reconciles: what the ledger holds is what the chain holds', async () => {
    await readMoney(market).untilEven({ held: '0' });
  });
});
