import { randomUUID } from 'node:crypto';
import { createSigningKey } from '@watt/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from './expect-problem.ts';
import { type Answered, startServer, type TestServer } from './start-server.ts';

let server: TestServer;
const program = { language: 'python', code: 'print(1)' };
const url = 'https://example.com/page';

beforeAll(async () => {
  server = await startServer({ HTTP_WAIT_SECONDS: '1' });
});
afterAll(() => server?.[Symbol.asyncDispose]());

const execute = (body: object, headers?: Record<string, string>, at = server): Promise<Answered> =>
  at.send('POST', '/api/v1/execute', body, headers);
const get = (path: string) => server.send('GET', path);

/** Pays 500 WATT for a job of its own. Returns the job's id and the wallet. */
function paidJob(at = server): { jobId: string; wallet: string } {
  const jobId = randomUUID();
  const wallet = createSigningKey().publicKey;
  at.solana.pay({ from: wallet, amount: 500_000_000n, memo: jobId });
  return { jobId, wallet };
}

describe('a call without payment', () => {
  it('is 402 with everything to pay with, and the same again', async () => {
    const jobId = randomUUID();
    const first = expectProblem(await execute({ ...program, job_id: jobId }), 402, 'PAYMENT_NOT_FOUND');
    expect(first).toMatchObject({
      error: 'Payment not found for job_id',
      job_id: jobId,
      status_url: `/api/v1/jobs/${jobId}`,
      payment: {
        amount: 500,
        amount_base: '500000000',
        decimals: 6,
        memo: jobId,
        commitment_memo: expect.stringMatching(/^w1:[\w-]{43}$/),
        expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      },
    });
    const second = expectProblem(await execute({ ...program, job_id: jobId }), 402, 'PAYMENT_NOT_FOUND');
    expect(second).toEqual(first);
    expect((await get(`/api/v1/jobs/${jobId}`)).json).toMatchObject({
      success: true,
      state: 'awaiting_payment',
      paid_by: null,
      payment: { memo: jobId },
    });
    const receipt = await get(`/api/v1/jobs/${jobId}/receipt`);
    expect(expectProblem(receipt, 409, 'RECEIPT_NOT_READY')).toMatchObject({ state: 'awaiting_payment' });
  });

  it('names the missing rest of a payment that is too small', async () => {
    const jobId = randomUUID();
    server.solana.pay({ from: createSigningKey().publicKey, amount: 499_999_999n, memo: jobId });
    const problem = expectProblem(await execute({ ...program, job_id: jobId }), 402, 'PAYMENT_INSUFFICIENT');
    expect(problem).toMatchObject({ payment: { received_base: '499999999', missing_base: '1' } });
    expect(problem['error']).toContain('0.000001 WATT are missing');
  });

  it('is 202 while the payment is on its way, and while the chain cannot be read', async () => {
    const jobId = randomUUID();
    server.solana.isDown = true;
    const response = await execute({ ...program, job_id: jobId });
    server.solana.isDown = false;
    expectProblem(response, 202, 'PAYMENT_PENDING');
    expect(response.headers['retry-after']).toBe('2');
  });

  it('takes the id in any case', async () => {
    const { jobId } = paidJob();
    const response = await execute({ ...program, job_id: jobId.toUpperCase() });
    expect(response.json).toMatchObject({ success: true, job_id: jobId });
  });
});

describe('a paid call that no node answers yet', () => {
  it('waits, then is 202 with where to ask', async () => {
    const { jobId } = paidJob();
    const begun = performance.now();
    const response = await execute({ ...program, job_id: jobId });
    expect(performance.now() - begun).toBeGreaterThan(900);
    expect(response.status).toBe(202);
    expect(response.json).toEqual({
      success: true,
      job_id: jobId,
      state: 'queued',
      status_url: `/api/v1/jobs/${jobId}`,
      retry_after_seconds: 2,
    });
    expect(response.headers).toMatchObject({ 'retry-after': '2', location: `/api/v1/jobs/${jobId}` });
  });

  it('does not wait where the caller prefers that', async () => {
    // Longer than this test may take.
    await using patient = await startServer({ HTTP_WAIT_SECONDS: '3600', QUEUE_TIMEOUT_SECONDS: '3600' });
    for (const prefer of ['respond-async', 'Respond-Async', 'wait=5, respond-async', 'respond-async; x=1']) {
      const { jobId } = paidJob(patient);
      expect((await execute({ ...program, job_id: jobId }, { prefer }, patient)).status).toBe(202);
    }
  });

  it.each(['return=minimal', 'respond-asynchronously'])('waits with Prefer: %s', async (prefer) => {
    const { jobId } = paidJob();
    const begun = performance.now();
    expect((await execute({ ...program, job_id: jobId }, { prefer })).status).toBe(202);
    expect(performance.now() - begun).toBeGreaterThan(900);
  });

  it('is void when its time is over: 503, the money back, a receipt', async () => {
    await using hasty = await startServer({ QUEUE_TIMEOUT_SECONDS: '1' });
    const { jobId, wallet } = paidJob(hasty);
    const response = await execute({ ...program, job_id: jobId }, {}, hasty);
    const problem = expectProblem(response, 503, 'NO_NODE_AVAILABLE');
    expect(problem).toMatchObject({
      error: 'No node that can do this is online',
      watt_charged: 0,
      watt_burned: 0,
      refund: { watt: 500, to: wallet, as: 'balance' },
    });
    const again = await execute({ ...program, job_id: jobId }, {}, hasty);
    expect(expectProblem(again, 503, 'NO_NODE_AVAILABLE')).toEqual(problem);
    const receipt = (await hasty.send('GET', `/api/v1/jobs/${jobId}/receipt`)).json;
    expect(JSON.parse(receipt.receipt)).toMatchObject({ settlement: 'voided', charged: '0', payer: wallet });
  });

  it('belongs to its first request: another is 409', async () => {
    const { jobId } = paidJob();
    await execute({ ...program, job_id: jobId }, { prefer: 'respond-async' });
    const other = await execute({ ...program, code: 'print(2)', job_id: jobId });
    expect(expectProblem(other, 409, 'JOB_ID_CONFLICT')).toMatchObject({ job_id: jobId });
    expectProblem(
      await server.send('POST', '/api/v1/scrape', { url, job_id: jobId }),
      409,
      'JOB_ID_CONFLICT',
    );
  });
});

it('keeps strange but good text whole, and the figures standing', async () => {
  const jobId = randomUUID();
  server.solana.pay({ from: createSigningKey().publicKey, amount: 200_000_000n, memo: jobId });
  const body = `{"url":"HTTPS://Example.COM:443/\\u0001?q=\\u202e'\\"","job_id":"${jobId}","selectors":{"__proto__":"h1","a'b\\"\\\\":"p"}}`;
  const response = await server.send('POST', '/api/v1/scrape', body, { prefer: 'respond-async' });
  expect(response.status).toBe(202);
  const [row] = await server.db.database.sql`select request from jobs where id = ${jobId}`;
  expect(JSON.parse(row?.['request']).selectors).toEqual(JSON.parse('{"__proto__":"h1","a\'b\\"\\\\":"p"}'));
  await expect
    .poll(async () => (await get('/api/v1/stats')).json.most_scraped_domains)
    .toEqual([{ domain: 'example.com', scrapes: 1 }]);
});

it('expires unpaid jobs: 410 for the call and for the receipt', async () => {
  const jobId = randomUUID();
  await execute({ ...program, job_id: jobId });
  await server.db.database.sql`update jobs set expires_at = now() - interval '1 second' where id = ${jobId}`;
  await expect.poll(async () => (await get(`/api/v1/jobs/${jobId}`)).json.state).toBe('expired');
  expectProblem(await execute({ ...program, job_id: jobId }), 410, 'JOB_EXPIRED');
  expectProblem(await get(`/api/v1/jobs/${jobId}/receipt`), 410, 'JOB_EXPIRED');
});
