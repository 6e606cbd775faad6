import type { Keypair } from '@solana/web3.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createFaults } from '../../src/chain/faults.ts';
import { call } from './call.ts';
import { pay } from './pay.ts';
import { type Market, startMarket } from './start-market.ts';
import { connectWillingNode, type WillingNode } from './willing-node.ts';
import { createX402Payer, readHeader, type SignedCall } from './x402-payer.ts';

let market: Market;
let agent: Keypair;
const nodes: WillingNode[] = [];
const program = { language: 'python', code: 'print(1)' };

const connect = async (url: string): Promise<WillingNode> => {
  const node = await connectWillingNode(url);
  nodes.push(node);
  return node;
};
const answerNext = async (node: WillingNode): Promise<void> => node.answer(await node.nextJob());
const sign = async (): Promise<SignedCall> =>
  (await createX402Payer(market, agent)).sign(`${market.router.url}/api/v1/execute`, program);
const settlement = async (jobId: string) => {
  const [row] = await market.sql<{ state: string; signature: string }[]>`
    select state, signature from x402_settlements where job_id = ${jobId} order by created_at desc`;
  return row;
};
const untilSettlement = (jobId: string, state: string) =>
  expect.poll(async () => (await settlement(jobId))?.state).toBe(state);
const jobState = async (jobId: string) => {
  const [row] = await market.sql<{ state: string }[]>`select state from jobs where id = ${jobId}`;
  return row?.state;
};
const untilJob = (jobId: string, state: string) => expect.poll(() => jobState(jobId)).toBe(state);
/** What the chain says that the agent has paid, and what was taken from it for jobs. */
const paidSoFar = async () => {
  const wallet = agent.publicKey.toBase58();
  const credits =
    await market.sql`select 1 from chain_credits where payer = ${wallet} and status <> 'orphaned'`;
  const captures = await market.sql`
    select 1 from transfers t join jobs j on j.id = t.job_id where j.payer = ${wallet} and t.kind = 'capture_node'`;
  return { payments: credits.length, charges: captures.length };
};

beforeAll(async () => {
  market = await startMarket({ X402_RESEND_MS: '300' });
});
beforeEach(async () => {
  agent = await market.agent(1000, { lamports: 0n });
});
afterEach(async () => {
  Object.assign(market.chain.faults, createFaults());
  for (const node of nodes.splice(0)) await node.kill();
});
afterAll(() => market?.close());

describe('a chain that loses and delays', () => {
  it('sends the same bytes again until they land', async () => {
    const signed = await sign();
    market.chain.faults.dropRate = 1;
    const answer = signed.send();
    await untilSettlement(signed.jobId, 'signed');
    market.chain.faults.dropRate = 0;
    await answerNext(await connect(market.router.url));
    expect(await answer).toMatchObject({ status: 200, body: { job_id: signed.jobId } });
    await untilSettlement(signed.jobId, 'settled');
    expect(await paidSoFar()).toEqual({ payments: 1, charges: 1 });
  });

  it('says that a payment which never landed has expired, charges nothing, and takes another', async () => {
    const signed = await sign();
    market.chain.faults.dropRate = 1;
    const answer = signed.send();
    await untilSettlement(signed.jobId, 'signed');
    market.chain.warpSlots(300);
    const expired = await answer;
    expect(expired).toMatchObject({ status: 402, body: { code: 'X402_EXPIRED', job_id: signed.jobId } });
    expect(readHeader(expired.headers, 'payment-response')).toMatchObject({
      success: false,
      errorReason: 'transaction_expired',
    });
    expect(readHeader(expired.headers, 'payment-required').accepts[0].extra.jobId).toBe(signed.jobId);
    market.chain.faults.dropRate = 0;
    const replay = await signed.send();
    expect(replay).toMatchObject({ status: 402, body: { code: 'X402_REFUSED' } });
    expect(await paidSoFar()).toEqual({ payments: 0, charges: 0 });

    const payer = await createX402Payer(market, agent);
    const anew = await payer.sign(`${market.router.url}/api/v1/execute`, {
      ...program,
      job_id: signed.jobId,
    });
    const [paid] = await Promise.all([anew.send(), answerNext(await connect(market.router.url))]);
    expect(paid).toMatchObject({ status: 200, body: { job_id: signed.jobId } });
    expect(await paidSoFar()).toEqual({ payments: 1, charges: 1 });
  });

  it('says that a payment failed whose wallet was emptied before it landed', async () => {
    agent = await market.agent(500);
    const signed = await sign();
    Object.assign(market.chain.faults, { lateRate: 1, lateSlots: 15 });
    const answer = signed.send();
    await untilSettlement(signed.jobId, 'signed');
    market.chain.faults.lateRate = 0;
    const { signature } = (await settlement(signed.jobId)) ?? { signature: '' };
    await pay(market, { from: agent, watt: 500, memo: 'elsewhere' });
    const failed = await answer;
    const status = (await market.connection.getSignatureStatus(signature)).value;
    expect(status?.err).not.toBeNull();
    expect(failed).toMatchObject({ status: 402, body: { code: 'X402_FAILED' } });
    expect(await paidSoFar()).toEqual({ payments: 1, charges: 0 });
  });

  it('moves nothing while the chain is silent, and takes the same payment afterwards', async () => {
    const signed = await sign();
    market.chain.faults.outage = 'unavailable';
    const silent = await signed.send();
    expect(silent).toMatchObject({ status: 503, body: { code: 'X402_UNAVAILABLE' } });
    expect(silent.headers.get('retry-after')).toBeTruthy();
    expect(await settlement(signed.jobId)).toBeUndefined();
    market.chain.faults.outage = 'none';
    const [paid] = await Promise.all([signed.send(), answerNext(await connect(market.router.url))]);
    expect(paid.status).toBe(200);
  });

  it('never asks twice for a payment that is on its way: pending, for the same call and for others', async () => {
    const signed = await sign();
    market.chain.faults.dropRate = 1;
    const prefer = { prefer: 'respond-async' };
    const first = await signed.send({ headers: { ...signed.headers, ...prefer } });
    const named = { ...program, job_id: signed.jobId };
    const second = await call('POST', `${market.router.url}/api/v1/execute`, named, prefer);
    for (const answer of [first, second]) {
      expect(answer).toMatchObject({
        status: 202,
        body: { code: 'PAYMENT_PENDING', status_url: `/api/v1/jobs/${signed.jobId}` },
      });
      expect(answer.headers.get('payment-required')).toBeNull();
    }
    expect(readHeader(first.headers, 'payment-response')).toMatchObject({
      success: false,
      errorReason: 'settlement_pending',
    });
    const view = (await call('GET', `${market.router.url}/api/v1/jobs/${signed.jobId}`)).body;
    expect(view).toMatchObject({ state: 'awaiting_payment', payment_pending: expect.any(String) });
    expect(view.payment).toBeUndefined();
    market.chain.faults.dropRate = 0;
    await answerNext(await connect(market.router.url));
    await untilJob(signed.jobId, 'succeeded');
  });

  it('sends again what was confirmed and disappeared: credited and charged once in the end', async () => {
    const node = await connect(market.router.url);
    const signed = await sign();
    const [answer] = await Promise.all([signed.send(), answerNext(node)]);
    expect(answer.status).toBe(200);
    const { signature } = (await settlement(signed.jobId)) ?? { signature: '' };
    market.chain.orphan(signature);
    await untilSettlement(signed.jobId, 'settled');
    expect((await market.connection.getSignatureStatus(signature)).value?.err).toBeNull();
    expect(await paidSoFar()).toEqual({ payments: 1, charges: 1 });
  });
});

describe('two routers on one database', () => {
  it('settle one payment once, though both receive it at the same time', async () => {
    const other = await market.startAnother();
    try {
      const signed = await sign();
      const both = await Promise.all([connect(market.router.url), connect(other.url)]);
      const answers = await Promise.all([
        signed.send(),
        signed.send({ url: `${other.url}/api/v1/execute` }),
        Promise.race(both.map(answerNext)),
      ]);
      expect(answers.slice(0, 2)).toMatchObject([{ status: 200 }, { status: 200 }]);
      expect(await paidSoFar()).toEqual({ payments: 1, charges: 1 });
      const rows = await market.sql`select 1 from x402_settlements where job_id = ${signed.jobId}`;
      expect(rows).toHaveLength(1);
    } finally {
      await other.stop();
    }
  });
});
