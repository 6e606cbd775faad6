import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { call } from './call.ts';
import { openMarket } from './open-market.ts';
import { createX402Payer, readHeader } from './x402-payer.ts';

const { market, node } = await openMarket();
const at = (path: string): string => `${market.router.url}${path}`;
const program = (more: object = {}) => ({ language: 'python', code: 'print(1)', ...more });
const answerNext = async (): Promise<void> => node.answer(await node.nextJob());
const customer = async (wallet: { publicKey: { toBase58(): string } }): Promise<bigint> => {
  const owner = wallet.publicKey.toBase58();
  const [row] = await market.sql<{ balance: bigint }[]>`
    select balance from accounts where kind = 'customer' and owner = ${owner}`;
  return row?.balance ?? 0n;
};

it('sells to the stock client of a wallet without SOL', async () => {
  const agent = await market.agent(500, { lamports: 0n });
  const payer = await createX402Payer(market, agent);
  const [response] = await Promise.all([
    payer.fetch(at('/api/v1/execute'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(program()),
    }),
    answerNext(),
  ]);
  expect(response.status).toBe(200);
  const body = (await response.json()) as { job_id: string };
  expect(body).toMatchObject({ success: true, output: { stdout: 'hi\n' }, watt_charged: 500 });
  const receipt = readHeader(response.headers, 'payment-response');
  expect(receipt).toMatchObject({ success: true, payer: agent.publicKey.toBase58(), amount: '500000000' });
  const job = (await call('GET', at(`/api/v1/jobs/${body.job_id}`))).body;
  expect(job).toMatchObject({ payment_signatures: [receipt.transaction], settlement: 'captured' });
  expect(await customer(agent)).toBe(0n);
});

it('says on every 402 how to pay, in less than 4 KiB, beside the memo', async () => {
  const jobId = randomUUID();
  const unpaid = await call('POST', at('/api/v1/execute'), program({ job_id: jobId }));
  expect(unpaid).toMatchObject({
    status: 402,
    body: { code: 'PAYMENT_NOT_FOUND', payment: { memo: jobId } },
  });
  expect(unpaid.headers.get('payment-required')?.length).toBeLessThan(4096);
  expect(readHeader(unpaid.headers, 'payment-required')).toMatchObject({
    x402Version: 2,
    resource: { url: at('/api/v1/execute') },
    accepts: [
      {
        scheme: 'exact',
        network: 'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1',
        amount: '500000000',
        asset: market.mint.toBase58(),
        payTo: market.computeWallet.publicKey.toBase58(),
        extra: {
          feePayer: market.feePayer.publicKey.toBase58(),
          memo: expect.stringMatching(/^x1:[A-Za-z0-9_-]{43}$/),
          paymentFlow: 'upfront',
          jobId,
        },
      },
    ],
  });
  const { allowedAssets } = unpaid.body.x402.spend_controls;
  expect(allowedAssets).toEqual([
    {
      network: 'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1',
      asset: market.mint.toBase58(),
      maxAmountPerPayment: '500000000',
    },
  ]);
});

it('runs one job for one payment that is sent four times at once, and charges once', async () => {
  const agent = await market.agent(5000, { lamports: 0n });
  const signed = await (await createX402Payer(market, agent)).sign(at('/api/v1/execute'), program());
  const before = node.jobs.length;
  const [answers] = await Promise.all([
    Promise.all([signed.send(), signed.send(), signed.send(), signed.send()]),
    answerNext(),
  ]);
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200]);
  expect(new Set(answers.map((answer) => answer.body.job_id))).toEqual(new Set([signed.jobId]));
  expect(node.jobs.length - before).toBe(1);
  const paid = await market.sql`select 1 from chain_credits where payer = ${agent.publicKey.toBase58()}`;
  expect(paid).toHaveLength(1);
  const again = await signed.send();
  expect(again).toMatchObject({ status: 200, body: { job_id: signed.jobId } });
  expect(await customer(agent)).toBe(0n);
});

it('gives the price of a job that failed back to the payer’s balance, and says so', async () => {
  const agent = await market.agent(500, { lamports: 0n });
  const signed = await (await createX402Payer(market, agent)).sign(at('/api/v1/execute'), program());
  const failNext = async () => node.fail(await node.nextJob(), { code: 'NODE_FAILED', retryable: false });
  const [answer] = await Promise.all([signed.send(), failNext()]);
  const wallet = agent.publicKey.toBase58();
  expect(answer).toMatchObject({
    status: 502,
    body: { code: 'NODE_FAILED', refund: { watt: 500, to: wallet, as: 'balance' } },
  });
  expect(readHeader(answer.headers, 'payment-response')).toMatchObject({ success: true, payer: wallet });
  expect(await customer(agent)).toBe(500_000_000n);
});

it('charges a named job once, however often it is paid for', async () => {
  const agent = await market.agent(5000, { lamports: 0n });
  const payer = await createX402Payer(market, agent);
  const body = program({ job_id: randomUUID() });
  const [first, second] = [
    await payer.sign(at('/api/v1/execute'), body),
    await payer.sign(at('/api/v1/execute'), body),
  ];
  const [answers] = await Promise.all([Promise.all([first.send(), second.send()]), answerNext()]);
  expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
  const third = await second.send();
  expect(third.status).toBe(200);
  const rows = await market.sql`select 1 from chain_credits where payer = ${agent.publicKey.toBase58()}`;
  expect(rows).toHaveLength(1);
});

it('lists what it sells, as a bazaar does, and what it supports, as a facilitator does', async () => {
  const list = (await call('GET', at('/discovery/resources'))).body;
  expect(list).toMatchObject({ x402Version: 2, pagination: { limit: 50, offset: 0, total: 5 } });
  expect(list.items).toMatchObject([
    { resource: at('/api/v1/scrape'), accepts: [{ amount: '100000000' }] },
    { resource: at('/api/v1/execute'), accepts: [{ amount: '300000000' }] },
    { resource: at('/api/v1/scrape/batch'), accepts: [{ amount: '100000000' }] },
    { resource: at('/api/v1/map'), accepts: [{ amount: '100000000' }] },
    { resource: at('/api/v1/sessions'), accepts: [{ amount: '500000000' }] },
  ]);
  const [scrape] = list.items;
  expect(scrape.accepts[0].extra.priceRange).toEqual({ min: '100000000', max: '1100000000' });
  expect(scrape.extensions.bazaar.schema.properties.input.properties.body.required).toEqual(['url']);
  const second = (await call('GET', at('/discovery/resources?limit=1&offset=1'))).body;
  expect(second.items).toEqual([list.items[1]]);
  expect((await call('GET', at('/discovery/resources?type=mcp'))).body.items).toEqual([]);
  expect((await call('GET', at('/discovery/resources?limit=0'))).status).toBe(400);
  const supported = (await call('GET', at('/api/v1/x402/supported'))).body;
  expect(supported.kinds).toEqual([
    {
      x402Version: 2,
      scheme: 'exact',
      network: 'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1',
      extra: { feePayer: market.feePayer.publicKey.toBase58() },
    },
  ]);
  expect((await call('GET', at('/ready'))).body.x402).toBe('ok');
});
