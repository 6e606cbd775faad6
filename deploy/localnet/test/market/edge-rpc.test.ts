import { randomUUID } from 'node:crypto';
import type { Keypair, PublicKey } from '@solana/web3.js';
import { afterEach, describe, expect, it } from 'vitest';
import { createFaults } from '../../src/chain/faults.ts';
import { call } from './call.ts';
import { openMarket } from './open-market.ts';
import { pay } from './pay.ts';

const PRICE = 200_000_000n;
const PAYMENTS = 12;
/** More than the router reads again below its cursor. */
const MINUTES_OF_SLOTS = 600;
const { market, node, money } = await openMarket();

afterEach(() => Object.assign(market.chain.faults, createFaults()));
const body = (jobId: string) => ({ url: 'http://127.0.0.1:8099/', job_id: jobId });

const wallets = (payers: readonly Keypair[]): PublicKey[] => payers.map((payer) => payer.publicKey);
const newAgents = (count: number) => Promise.all(Array.from({ length: count }, () => market.agent(200)));

/** Each wallet pays one price for a job of its own; faults of the chain are those of the agents too, so nobody waits for a confirmation. */
async function payEach(payers: readonly Keypair[]): Promise<{ jobIds: string[]; signatures: string[] }> {
  const jobIds = payers.map(() => randomUUID());
  const payments = payers.map((from, index) =>
    pay(market, { from, watt: 200, memo: jobIds[index] ?? '' }, { confirm: false }),
  );
  return { jobIds, signatures: await Promise.all(payments) };
}

const expectCredited = (payers: readonly Keypair[], units = PRICE) =>
  expect
    .poll(() => Promise.all(wallets(payers).map(money.balanceOf)))
    .toEqual(Array(payers.length).fill(units));

describe('an RPC that cannot be trusted', () => {
  it('loses rows, tells them in no order and gives no notice: every payment is credited once', async () => {
    const agents = await newAgents(PAYMENTS);
    Object.assign(market.chain.faults, {
      missingSignatureRate: 0.5,
      isSignatureOrderRandom: true,
      lostNoticeRate: 1,
      byMethod: { getTransaction: { tooManyRequestsRate: 0.3 } },
    });
    const { signatures } = await payEach(agents);
    await expectCredited(agents);
    market.chain.warpSlots(50);
    await expect
      .poll(async () => new Set((await Promise.all(signatures.map(money.credit))).map((c) => c?.status)))
      .toEqual(new Set(['finalized']));
    await money.untilEven();
  });

  it('lags by minutes now and then: nothing is missed and nothing taken back', async () => {
    const agents = await newAgents(PAYMENTS);
    await payEach(agents);
    await expectCredited(agents);
    // The node that lists is far behind the one that knows what is final.
    const { faults } = market.chain;
    const late = await newAgents(PAYMENTS);
    faults.byMethod['getSignaturesForAddress'] = { staleSlots: 300 };
    faults.lostNoticeRate = 1;
    await payEach(late);
    market.chain.warpSlots(100);
    for (let sweep = 0; sweep < 4; sweep += 1) await market.router.context.payments.sync(5000);
    expect(await Promise.all(wallets(late).map(money.balanceOf))).toEqual(Array(PAYMENTS).fill(0n));
    faults.byMethod = {};
    await expectCredited([...agents, ...late]);
    await money.untilEven();
  });

  it('knows less than it did: a payment is not taken back on the word of a node that lags', async () => {
    const agents = await newAgents(2);
    const { signatures } = await payEach(agents);
    await expectCredited(agents);
    const { faults } = market.chain;
    faults.missingSignatureRate = 1;
    faults.byMethod['getSignatureStatuses'] = { staleSlots: 300 };
    market.chain.warpSlots(100);
    for (let sweep = 0; sweep < 6; sweep += 1) await market.router.context.payments.sync(5000);
    const known = await Promise.all(signatures.map(money.credit));
    expect(known.map((credit) => credit?.status)).toEqual(['confirmed', 'confirmed']);
    faults.byMethod = {};
    await expect
      .poll(async () => (await Promise.all(signatures.map(money.credit))).map((c) => c?.status))
      .toEqual(['finalized', 'finalized']);
    await money.untilEven();
  });

  it('is away for minutes: what was paid meanwhile is found, by agents who waited and by those who did not', async () => {
    const agents = await newAgents(3);
    const { faults } = market.chain;
    for (const method of ['getSignaturesForAddress', 'getTransaction'])
      faults.byMethod[method] = { tooManyRequestsRate: 1 };
    faults.lostNoticeRate = 1;
    const { jobIds } = await payEach(agents);
    const [first = '', second = ''] = jobIds;
    const waiting = await call('POST', `${market.router.url}/api/v1/scrape`, body(first));
    expect(waiting).toMatchObject({ status: 202, body: { code: 'PAYMENT_PENDING' } });
    market.chain.warpSlots(MINUTES_OF_SLOTS);
    Object.assign(faults, createFaults());
    // The one who had called is served without calling again.
    node.answer(await node.nextJob());
    await expect.poll(() => money.jobState(first)).toBe('succeeded');
    await expectCredited(agents.slice(1));
    const [answer] = await Promise.all([
      call('POST', `${market.router.url}/api/v1/scrape`, body(second)),
      node.nextJob().then((job) => node.answer(job)),
    ]);
    expect(answer.status).toBe(200);
    await money.untilEven();
  });
});

describe('two routers on one database', () => {
  it('both watch: every payment is credited once, and its job runs once, whichever is asked', async () => {
    await using other = await startAnother();
    const agents = await newAgents(PAYMENTS);
    const { jobIds } = await payEach(agents);
    const calls = jobIds.flatMap((jobId) =>
      [market.router.url, other.url].map((url) =>
        call('POST', `${url}/api/v1/scrape`, body(jobId), { prefer: 'respond-async' }),
      ),
    );
    const answers = await Promise.all(calls);
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([202]));
    await expect.poll(() => count(jobIds)).toEqual({ holds: BigInt(PAYMENTS), jobs: BigInt(PAYMENTS) });
    await expectCredited(agents, 0n);
    await money.untilEven();
  });

  it('of two bodies for one job id, asked of one router each, the payment buys one', async () => {
    await using other = await startAnother();
    const agent = await market.agent(200);
    const jobId = randomUUID();
    const signature = await pay(market, { from: agent, watt: 200, memo: jobId });
    const asks = [
      [market.router.url, body(jobId)],
      [other.url, { ...body(jobId), output_format: 'html' }],
    ] as const;
    const answers = await Promise.all(
      asks.map(([url, asked]) => call('POST', `${url}/api/v1/scrape`, asked, { prefer: 'respond-async' })),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([202, 409]);
    await expect.poll(() => money.credit(signature)).toMatchObject({ applied: jobId });
    await money.untilEven();
  });

  it('a payment recorded by the one funds the job that waits at the other', async () => {
    await using other = await startAnother();
    const agent = await market.agent(200);
    const jobId = randomUUID();
    const unpaid = await call('POST', `${other.url}/api/v1/scrape`, body(jobId));
    expect(unpaid.status).toBe(402);
    await pay(market, { from: agent, watt: 200, memo: jobId });
    await expect.poll(() => money.jobState(jobId)).not.toBe('awaiting_payment');
    expect(await money.balanceOf(agent.publicKey)).toBe(0n);
  });
});

async function count(jobIds: readonly string[]) {
  const [held] = await market.sql`
    select count(*) as holds, count(distinct job_id) as jobs from transfers
    where kind = 'hold' and job_id = any(${[...jobIds]}::uuid[])`;
  return held;
}

async function startAnother(): Promise<AsyncDisposable & { url: string }> {
  const router = await market.startAnother();
  return { url: router.url, [Symbol.asyncDispose]: () => router.stop() };
}
