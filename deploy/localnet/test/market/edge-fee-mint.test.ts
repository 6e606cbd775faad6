import { randomUUID } from 'node:crypto';
import { startRouter, toConfig } from '@watt/router';
import { createSigningKey } from '@watt/shared';
import pino from 'pino';
import { expect, it } from 'vitest';
import { call } from './call.ts';
import { createFeeMint } from './create-fee-mint.ts';
import { openMarket } from './open-market.ts';
import { pay } from './pay.ts';

const { market, node, money } = await openMarket(
  { ALLOW_TRANSFER_FEE_MINT: 'true' },
  { createMint: createFeeMint },
);

const scrape = (jobId: string) =>
  call('POST', `${market.router.url}/api/v1/scrape`, { url: 'http://127.0.0.1:8099/', job_id: jobId });

it('is refused at the start by a router that was not told of it', async () => {
  const config = toConfig({
    PORT: '0',
    SOLANA_RPC_URL: market.chain.rpcUrl,
    WATT_MINT: market.mint.toBase58(),
    COMPUTE_WALLET: market.computeWallet.publicKey.toBase58(),
  });
  const secrets = { databaseUrl: market.databaseUrl, routerKey: createSigningKey() };
  await expect(startRouter(config, secrets, { logger: pino({ level: 'silent' }) })).rejects.toThrow(
    /WATT_MINT cannot be used: its Token-2022 extension TransferFeeConfig/,
  );
});

it('credits what arrived, not what the instruction says, and names what is missing', async () => {
  const agent = await market.agent(300);
  const jobId = randomUUID();
  const signature = await pay(market, { from: agent, watt: 200, memo: jobId });
  expect(await scrape(jobId)).toMatchObject({
    status: 402,
    body: { code: 'PAYMENT_INSUFFICIENT', payment: { received_base: '198000000', missing_base: '2000000' } },
  });
  expect(await money.credit(signature)).toMatchObject({ amount: 198_000_000n });
  await pay(market, { from: agent, watt: 3, memo: jobId });
  const [answer] = await Promise.all([scrape(jobId), node.nextJob().then((job) => node.answer(job))]);
  expect(answer).toMatchObject({ status: 200, body: { watt_charged: 200 } });
  expect(await money.balanceOf(agent.publicKey)).toBe(970_000n);
  await money.untilEven();
});

it('keeps a payment that comes after its job has expired in the payer’s balance', async () => {
  const agent = await market.agent(300);
  const jobId = randomUUID();
  expect((await scrape(jobId)).status).toBe(402);
  await market.sql`update jobs set expires_at = now() - interval '1 second' where id = ${jobId}`;
  await expect.poll(() => money.jobState(jobId)).toBe('expired');
  await pay(market, { from: agent, watt: 210, memo: jobId });
  await expect.poll(() => money.balanceOf(agent.publicKey)).toBe(207_900_000n);
  expect(await money.jobState(jobId)).toBe('expired');
  expect(await scrape(jobId)).toMatchObject({ status: 410, body: { code: 'JOB_EXPIRED' } });
});
