import { randomUUID } from 'node:crypto';
import { commitmentMemo, type JobId, sha256Hex, watt } from '@watt/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deposit } from '../harness/deposit.ts';
import { prepaidAgent } from '../harness/prepaid-agent.ts';
import { expectProblem } from '../http/expect-problem.ts';
import { startServer, type TestServer } from '../http/start-server.ts';

const EXECUTE = '/api/v1/execute';
const ASYNC = { prefer: 'respond-async' };
const program = (jobId: string, code = 'true') => ({
  language: 'bash',
  code,
  timeout: 5,
  memory_mb: 128,
  job_id: jobId,
});
let server: TestServer;

beforeAll(async () => {
  server = await startServer({ PLAIN_MEMO: 'signed-only' });
});
afterAll(() => server?.[Symbol.asyncDispose]());

const pay = (wallet: string, memo: string) =>
  deposit(server.db.database.sql, { wallet, amount: watt(300), memo });

/** An agent whose whole balance is its payment with the plain memo. */
async function payer(jobId: string) {
  const agent = prepaidAgent(server);
  await pay(agent.wallet, jobId);
  return agent;
}

describe('PLAIN_MEMO=signed-only', () => {
  it('tells strangers the commitment memo, and does not take a plain one from them', async () => {
    const jobId = randomUUID() as JobId;
    await payer(jobId);
    const answer = await server.send('POST', EXECUTE, program(jobId));
    const body = expectProblem(answer, 402, 'PAYMENT_NOT_FOUND');
    const commitment = commitmentMemo(jobId, sha256Hex(JSON.stringify(program(jobId))));
    expect(body).toMatchObject({ payment: { memo: commitment } });
    expect((await server.send('GET', `/api/v1/jobs/${jobId}`)).json.payment.memo).toBe(commitment);
    await pay(prepaidAgent(server).wallet, commitment);
    expect((await server.send('POST', EXECUTE, program(jobId), ASYNC)).status).toBe(202);
  });

  it('takes only the commitment for a batch', async () => {
    const jobId = randomUUID() as JobId;
    const batch = { urls: ['https://example.com/a', 'https://example.com/b'], job_id: jobId };
    const post = () => server.send('POST', '/api/v1/scrape/batch', batch, ASYNC);
    const { wallet } = prepaidAgent(server);
    await post();
    await deposit(server.db.database.sql, { wallet, amount: watt(400), memo: jobId });
    const commitment = commitmentMemo(jobId, sha256Hex(JSON.stringify(batch)));
    expect(expectProblem(await post(), 402, 'PAYMENT_NOT_FOUND')).toMatchObject({
      payment: { memo: commitment },
    });
    await deposit(server.db.database.sql, { wallet, amount: watt(400), memo: commitment });
    expect((await post()).status).toBe(202);
  });

  it('takes it from the wallet that signed the call', async () => {
    const jobId = randomUUID();
    const agent = await payer(jobId);
    const answer = await agent.send('POST', EXECUTE, program(jobId), ASYNC);
    expect(answer.status).toBe(202);
    const job = (await server.send('GET', `/api/v1/jobs/${jobId}`)).json;
    expect(job).toMatchObject({
      paid_by: agent.wallet,
      payment_signatures: [expect.stringMatching(/^pay-/)],
    });
  });

  it('takes it from the wallet whose key made the call, also when the payment comes later', async () => {
    const jobId = randomUUID();
    const agent = prepaidAgent(server);
    const { bearer } = await agent.apiKey({ scopes: ['spend'], budget_per_job: 1 });
    expectProblem(await server.send('POST', EXECUTE, program(jobId), bearer), 403, 'BUDGET_EXCEEDED');
    server.solana.pay({ from: agent.wallet, amount: watt(300), memo: jobId });
    await expect
      .poll(async () => (await server.send('GET', `/api/v1/jobs/${jobId}`)).json.state)
      .toBe('queued');
  });

  it('gives a thief nothing: his own signature does not open another wallet’s payment', async () => {
    const jobId = randomUUID();
    const victim = await payer(jobId);
    const thief = prepaidAgent(server);
    expectProblem(
      await thief.send('POST', EXECUTE, program(jobId, 'echo mine')),
      402,
      'BALANCE_INSUFFICIENT',
    );
    // The id is taken now; the victim's own call must not lend its name to the thief's job.
    expectProblem(await victim.send('POST', EXECUTE, program(jobId)), 409, 'JOB_ID_CONFLICT');
    await server.router.context.payments.fundMatched();
    expect((await server.send('GET', `/api/v1/jobs/${jobId}`)).json.state).toBe('awaiting_payment');
    expect((await victim.send('GET', '/api/v1/balance')).json).toMatchObject({ available: 300 });
  });
});
