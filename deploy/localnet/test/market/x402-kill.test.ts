import { setTimeout } from 'node:timers/promises';
import type { Keypair } from '@solana/web3.js';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createFaults } from '../../src/chain/faults.ts';
import { createRouterProcess, type RouterProcess } from './router-process.ts';
import { type Market, startMarket } from './start-market.ts';
import { connectWillingNode, type WillingNode } from './willing-node.ts';
import { createX402Payer, type SignedCall } from './x402-payer.ts';

let market: Market;
let agent: Keypair;
let router: RouterProcess;
let node: WillingNode | undefined;
// What is stored is sent at once; it lands two seconds later.
const SENT_MS = 500;
const program = { language: 'python', code: 'print(1)' };

const sign = async (): Promise<SignedCall> =>
  (await createX402Payer(market, agent)).sign(`${router.url}/api/v1/execute`, program);
const settlement = async (jobId: string): Promise<{ state: string; signature: string }> => {
  const [row] = await market.sql<{ state: string; signature: string }[]>`
    select state, signature from x402_settlements where job_id = ${jobId}`;
  return row ?? { state: 'none', signature: '' };
};
const jobState = async (jobId: string) => {
  const [row] = await market.sql<{ state: string }[]>`select state from jobs where id = ${jobId}`;
  return row?.state;
};
const untilStored = (jobId: string) =>
  expect.poll(async () => (await settlement(jobId)).state).toBe('signed');
const runOne = async (jobId: string): Promise<void> => {
  node = await connectWillingNode(router.url);
  node.answer(await node.nextJob());
  await expect.poll(() => jobState(jobId)).toBe('succeeded');
};
/** What the chain says that the agent has paid, and what was taken from it for jobs. */
const paidSoFar = async () => {
  const wallet = agent.publicKey.toBase58();
  const credits = await market.sql`select 1 from chain_credits where payer = ${wallet}`;
  const captures = await market.sql`
    select 1 from transfers t join jobs j on j.id = t.job_id where j.payer = ${wallet} and t.kind = 'capture_node'`;
  return { payments: credits.length, charges: captures.length };
};

beforeAll(async () => {
  // A payment lives for 150 slots: long enough here for a router to start on a busy machine.
  market = await startMarket({}, { slotMs: 400 });
  // Only the router that is killed shall do anything.
  await market.router.stop();
});
beforeEach(async () => {
  agent = await market.agent(1000, { lamports: 0n });
  router = await createRouterProcess(market);
  await router.start();
});
afterEach(async () => {
  Object.assign(market.chain.faults, createFaults());
  await node?.kill();
  await router.kill();
});
afterAll(async () => {
  market.router = await market.startAnother();
  await market.close();
});

it('is killed between storing a payment and sending it: the next one sends it, and it is charged once', async () => {
  const signed = await sign();
  // Our RPC refuses whatever is sent, so the payment is stored and nothing else.
  market.chain.faults.byMethod = { sendTransaction: { tooManyRequestsRate: 1 } };
  const cut = signed.send().catch((error: unknown) => error);
  await untilStored(signed.jobId);
  await router.kill();
  expect(await cut).toBeInstanceOf(Error);
  expect(await jobState(signed.jobId)).toBe('awaiting_payment');
  market.chain.faults.byMethod = {};
  await router.start();
  await runOne(signed.jobId);
  expect(await signed.send()).toMatchObject({ status: 200, body: { job_id: signed.jobId } });
  expect(await paidSoFar()).toEqual({ payments: 1, charges: 1 });
});

it('is killed between sending a payment and its landing: it is found, and charged once', async () => {
  const signed = await sign();
  Object.assign(market.chain.faults, { lateRate: 1, lateSlots: 5 });
  const cut = signed.send().catch((error: unknown) => error);
  await untilStored(signed.jobId);
  await setTimeout(SENT_MS);
  await router.kill();
  await cut;
  const { signature } = await settlement(signed.jobId);
  const landed = async () => (await market.connection.getSignatureStatus(signature)).value?.err;
  await expect.poll(landed).toBeNull();
  market.chain.faults.lateRate = 0;
  await router.start();
  await runOne(signed.jobId);
  expect(await paidSoFar()).toEqual({ payments: 1, charges: 1 });
});
