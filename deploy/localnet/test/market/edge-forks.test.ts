import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { memoInstruction } from '../../src/chain/memo-instruction.ts';
import { call } from './call.ts';
import { openMarket } from './open-market.ts';
import { sendInstructions, transfer } from './send-instructions.ts';

const PRICE = 200_000_000n;
const FINAL_SLOTS = 40;
const { market, node, money } = await openMarket();

const scrape = (jobId: string, headers?: Record<string, string>) =>
  call(
    'POST',
    `${market.router.url}/api/v1/scrape`,
    { url: 'http://127.0.0.1:8099/', job_id: jobId },
    headers,
  );

/** Pays one price with the job's id as memo, and waits until it is on record. */
async function payFor(jobId: string) {
  const agent = await market.agent(200);
  const instructions = [memoInstruction(jobId), transfer(market, { from: agent.publicKey, units: PRICE })];
  const sent = await sendInstructions(market, instructions, [agent]);
  await expect.poll(() => money.credit(sent.signature)).toMatchObject({ status: 'confirmed' });
  return { ...sent, agent: agent.publicKey };
}

/** The fork without the payment wins. */
async function loseFork(signature: string): Promise<void> {
  market.chain.orphan(signature);
  market.chain.warpSlots(FINAL_SLOTS);
  await expect.poll(() => money.credit(signature)).toMatchObject({ status: 'orphaned' });
}

describe('a payment that was confirmed and disappears', () => {
  it('before its job was asked for, pays for nothing', async () => {
    const jobId = randomUUID();
    const { signature, agent } = await payFor(jobId);
    expect(await money.balanceOf(agent)).toBe(PRICE);
    await loseFork(signature);
    expect(await money.balanceOf(agent)).toBe(0n);
    expect(await scrape(jobId)).toMatchObject({ status: 402, body: { code: 'PAYMENT_NOT_FOUND' } });
    await money.untilEven();
  });

  it('while its job runs, is a loss of ours and not of the node’s; the books show it', async () => {
    const before = await money.ledger();
    const jobId = randomUUID();
    const { signature, agent } = await payFor(jobId);
    expect((await scrape(jobId, { prefer: 'respond-async' })).status).toBe(202);
    const job = await node.nextJob();
    await loseFork(signature);
    expect(await money.balanceOf(agent)).toBe(0n);
    node.answer(job);
    expect(await node.nextAck()).toMatchObject({ verdict: 'paid', earned: '140000000' });
    await expect.poll(() => money.jobState(jobId)).toBe('succeeded');
    const lost = `${Number(before['suspense']) - 200}`;
    await expect.poll(async () => (await money.ledger())['suspense']).toBe(lost);
    await money.untilEven();
  });

  it('after its job was charged, the same', async () => {
    const jobId = randomUUID();
    const { signature, agent } = await payFor(jobId);
    const [answer] = await Promise.all([scrape(jobId), node.nextJob().then((job) => node.answer(job))]);
    expect(answer.status).toBe(200);
    await loseFork(signature);
    expect(await money.balanceOf(agent)).toBe(0n);
    expect((await scrape(jobId)).status).toBe(200);
    await money.untilEven();
  });

  it('is given back with a failed job only as far as it was there', async () => {
    const jobId = randomUUID();
    const { signature, agent } = await payFor(jobId);
    expect((await scrape(jobId, { prefer: 'respond-async' })).status).toBe(202);
    const job = await node.nextJob();
    await loseFork(signature);
    node.fail(job, { code: 'SCRAPE_FAILED', retryable: false });
    await expect.poll(() => money.jobState(jobId)).toBe('failed');
    // The price came back to the balance; the loss stands against it in suspense until an operator looks.
    expect(await money.balanceOf(agent)).toBe(PRICE);
    await money.untilEven();
  });
});

describe('a payment that lands again after it had disappeared', () => {
  it('counts again, once, and pays for its job', async () => {
    const jobId = randomUUID();
    const { signature, agent, raw } = await payFor(jobId);
    await loseFork(signature);
    expect(await money.balanceOf(agent)).toBe(0n);
    // Its blockhash still lives: the payer, or anybody, may send the same bytes.
    await market.connection.sendRawTransaction(raw, { skipPreflight: true });
    await expect.poll(() => money.balanceOf(agent)).toBe(PRICE);
    const [answer] = await Promise.all([scrape(jobId), node.nextJob().then((job) => node.answer(job))]);
    expect(answer.status).toBe(200);
    market.chain.warpSlots(FINAL_SLOTS);
    await expect.poll(() => money.credit(signature)).toMatchObject({ status: 'finalized', applied: jobId });
    expect(await money.balanceOf(agent)).toBe(0n);
    await money.untilEven();
  });

  it('makes good the loss that it had left', async () => {
    const jobId = randomUUID();
    const { signature, raw } = await payFor(jobId);
    const [answer] = await Promise.all([scrape(jobId), node.nextJob().then((job) => node.answer(job))]);
    expect(answer.status).toBe(200);
    const { suspense } = await money.ledger();
    await loseFork(signature);
    const lost = `${Number(suspense) - 200}`;
    await expect.poll(async () => (await money.ledger())['suspense']).toBe(lost);
    await market.connection.sendRawTransaction(raw, { skipPreflight: true });
    await expect.poll(() => money.credit(signature)).toMatchObject({ status: 'confirmed' });
    await expect.poll(async () => (await money.ledger())['suspense']).toBe(suspense);
    await money.untilEven();
  });
});
