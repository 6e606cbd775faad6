import { createJobId } from '@watt/shared';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { prepaidAgent } from '../harness/prepaid-agent.ts';
import { type Answered, startServer, type TestServer } from '../http/start-server.ts';

const PRICE = 200_000_000n;
const ASYNC = { prefer: 'respond-async' };
let server: TestServer;

beforeAll(async () => {
  server = await startServer({ SOLANA_POLL_MS: '600000' });
});
afterAll(() => server?.[Symbol.asyncDispose]());

const page = (jobId: string, more: object = {}) => ({
  url: 'https://example.com/',
  selectors: { title: 'h1' },
  job_id: jobId,
  ...more,
});
/** Puts a payment on chain and on record. */
async function pay(from: string, memo: string | null, amount = PRICE): Promise<void> {
  server.solana.pay({ from, amount, memo });
  await server.router.context.payments.sync(5000);
}
const statuses = (answers: Answered[]) => answers.map((answer) => answer.status).sort();
const held = async (jobIds: string[]) =>
  (
    await server.db.database
      .sql`select job_id from transfers where kind = 'hold' and job_id = any(${jobIds}::uuid[])`
  ).length;

it('of two jobs that race for one payment, one by its memo and one from the balance, one runs', async () => {
  for (let round = 0; round < 6; round += 1) {
    const agent = prepaidAgent(server);
    const [named, other] = [createJobId(), createJobId()];
    await pay(agent.wallet, named);
    const answers = await Promise.all([
      server.send('POST', '/api/v1/scrape', page(named), ASYNC),
      agent.send('POST', '/api/v1/scrape', page(other), ASYNC),
    ]);
    expect(statuses(answers)).toEqual([202, 402]);
    expect(await held([named, other])).toBe(1);
  }
});

it('of one job id with two bodies that race for one payment, one is the job and the other a conflict', async () => {
  for (let round = 0; round < 6; round += 1) {
    const jobId = createJobId();
    await pay(prepaidAgent(server).wallet, jobId);
    const answers = await Promise.all([
      server.send('POST', '/api/v1/scrape', page(jobId), ASYNC),
      server.send('POST', '/api/v1/scrape', page(jobId, { output_format: 'html' }), ASYNC),
    ]);
    expect(statuses(answers)).toEqual([202, 409]);
    expect(await held([jobId])).toBe(1);
  }
});

it('a payment that its payer has spent elsewhere does not stand in the way of the next one for the job', async () => {
  const [first, second] = [prepaidAgent(server), prepaidAgent(server)];
  const [jobId, other] = [createJobId(), createJobId()];
  await pay(first.wallet, jobId);
  expect((await first.send('POST', '/api/v1/scrape', page(other), ASYNC)).status).toBe(202);
  const unpaid = await server.send('POST', '/api/v1/scrape', page(jobId), ASYNC);
  expect(unpaid.json).toMatchObject({ code: 'PAYMENT_NOT_FOUND', payment: { amount_base: `${PRICE}` } });
  await pay(second.wallet, jobId);
  expect((await server.send('POST', '/api/v1/scrape', page(jobId), ASYNC)).status).toBe(202);
  expect(await held([jobId, other])).toBe(2);
});

it('payments of several parts that come while calls race fund the job once', async () => {
  const agent = prepaidAgent(server);
  const jobId = createJobId();
  await Promise.all([
    ...Array.from({ length: 4 }, () => pay(agent.wallet, jobId, PRICE / 4n)),
    ...Array.from({ length: 6 }, () => server.send('POST', '/api/v1/scrape', page(jobId), ASYNC)),
  ]);
  await expect
    .poll(async () => (await server.send('POST', '/api/v1/scrape', page(jobId), ASYNC)).status)
    .toBe(202);
  expect(await held([jobId])).toBe(1);
});
