import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Keypair } from '@solana/web3.js';
import { createWatt, type Watt, type WattOptions } from '@watt/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from './call.ts';
import { pay } from './pay.ts';
import { type Market, startMarket } from './start-market.ts';
import { connectWillingNode, type WillingNode } from './willing-node.ts';

const PROGRAM = { language: 'bash', code: 'true', timeout: 5, memory_mb: 128 } as const;
let market: Market;
let node: WillingNode;

beforeAll(async () => {
  market = await startMarket({ BULK_DISCOUNTS: '1000000:500' });
  node = await connectWillingNode(market.router.url);
});
afterAll(async () => {
  await node?.kill();
  await market?.close();
});

const wattOf = (options: Partial<WattOptions>): Watt =>
  createWatt({ baseUrl: market.router.url, ...options });
/** Signs calls with the wallet, and pays on chain what the balance does not cover. */
const prepaid = (wallet: Keypair): Watt =>
  wattOf({ wallet: { secretKey: wallet.secretKey }, rpcUrl: market.chain.rpcUrl, prepaid: true });
const answerNext = async (): Promise<void> => node.answer(await node.nextJob());
const available = (watt: Watt, amount: string) =>
  expect.poll(async () => (await watt.balance()).available).toBe(amount);

describe('a prepaid balance', () => {
  it('is deposited on chain, spent by an API key without a wallet, and accounted for', async () => {
    const owner = await market.agent(2000);
    const wallet = prepaid(owner);
    const payments: string[] = [];
    const { signature } = await wallet.deposit('1000', { onPayment: (p) => void payments.push(p.signature) });
    expect(payments).toEqual([signature]);
    await available(wallet, '1000');

    const made = await wallet.createKey({ name: 'bot', scopes: ['spend', 'read'], budgetPerDay: '600' });
    const bot = wattOf({ apiKey: made.apiKey });
    const [run] = await Promise.all([bot.runCode(PROGRAM), answerNext()]);
    expect(run).toMatchObject({ cost: '300', paymentSignature: null, ok: true });
    expect(await bot.verify(run)).toMatchObject({ valid: true });
    await expect(bot.runCode(PROGRAM, { maxCost: '299' })).rejects.toMatchObject({
      code: 'PRICE_EXCEEDED',
      price: '300',
    });

    const failNext = async () => node.fail(await node.nextJob(), { code: 'NODE_FAILED', retryable: false });
    const [failed] = await Promise.allSettled([bot.runCode(PROGRAM), failNext()]);
    expect(failed).toMatchObject({ reason: { code: 'NODE_FAILED' } });
    const [again] = await Promise.all([bot.runCode(PROGRAM), answerNext()]);
    await expect(bot.runCode(PROGRAM)).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED', status: 403 });

    const { history, spent, available: left } = await bot.balance();
    expect([spent, left]).toEqual(['600', '400']);
    expect(history.map(({ kind, amount }) => [kind, amount])).toEqual([
      ['hold', '-300'],
      ['void', '300'],
      ['hold', '-300'],
      ['hold', '-300'],
      ['credit', '1000'],
    ]);
    expect(history[0]).toMatchObject({ jobId: again.jobId });
    expect(history.at(-1)).toMatchObject({ signature });

    await wallet.revokeKey(made.id);
    await expect(bot.balance()).rejects.toMatchObject({ code: 'API_KEY_REVOKED', status: 401 });
  });

  it('is spent first by a signing wallet, and what it does not cover is paid on chain', async () => {
    const owner = await market.agent(1000);
    const watt = prepaid(owner);
    await watt.deposit('350');
    await available(watt, '350');
    const [first] = await Promise.all([watt.runCode(PROGRAM), answerNext()]);
    expect(first.paymentSignature).toBeNull();
    const [second] = await Promise.all([watt.runCode(PROGRAM), answerNext()]);
    expect(second.paymentSignature).toEqual(expect.any(String));
    await available(watt, '50');
  });

  it('can be filled by somebody else, as from an exchange', async () => {
    const exchange = await market.agent(500);
    const owner = await market.agent(1);
    await pay(market, { from: exchange, watt: 300, memo: `deposit:${owner.publicKey.toBase58()}` });
    await available(prepaid(owner), '300');
    await available(prepaid(exchange), '0');
  });

  it('outlives a restart of the router, with its keys and jobs', async () => {
    const owner = await market.agent(400);
    const wallet = prepaid(owner);
    await wallet.deposit('300');
    await available(wallet, '300');
    const { apiKey } = await wallet.createKey({ name: 'bot', scopes: ['spend', 'read'] });
    const body = { ...PROGRAM, job_id: randomUUID() };
    const headers = { authorization: `Bearer ${apiKey}`, prefer: 'respond-async' };
    const execute = () => call('POST', `${market.router.url}/api/v1/execute`, body, headers);
    expect((await execute()).status).toBe(202);
    await node.kill();
    await market.restart();
    node = await connectWillingNode(market.router.url);
    expect((await execute()).status).toBe(202);
    await answerNext();
    await expect.poll(async () => (await execute()).status).toBe(200);
    expect(await wattOf({ apiKey }).balance()).toMatchObject({ available: '0', spent: '300', held: '0' });
  });
});

it('is opened by the example, with nothing but Node', async () => {
  const owner = await market.agent(400);
  const home = await mkdtemp(join(tmpdir(), 'watt-example-'));
  try {
    const network = join(home, 'network.json');
    const agentKeyFile = join(home, 'agent.json');
    await writeFile(agentKeyFile, JSON.stringify([...owner.secretKey]));
    await writeFile(network, JSON.stringify({ router_url: market.router.url, agent_key_file: agentKeyFile }));
    const example = join(import.meta.dirname, '..', '..', 'examples', 'make-api-key.mjs');
    const { stdout } = await promisify(execFile)(process.execPath, [example, network], { timeout: 20_000 });
    const bot = wattOf({ apiKey: stdout.trim() });
    expect(await bot.balance()).toMatchObject({ wallet: owner.publicKey.toBase58(), available: '0' });
  } finally {
    await rm(home, { recursive: true });
  }
});

it('goes back to its wallet once its payment is finalized', async () => {
  const owner = await market.agent(100);
  const watt = prepaid(owner);
  await watt.deposit('100');
  await available(watt, '100');
  // 32 slots of the dev chain.
  await expect.poll(async () => (await watt.balance()).withdrawable).toBe('100');
  const idempotencyKey = randomUUID();
  const withdrawal = await watt.withdraw('all', { idempotencyKey });
  expect(withdrawal).toMatchObject({ amount: '100' });
  expect(await watt.withdraw('all', { idempotencyKey })).toMatchObject({ id: withdrawal.id, amount: '100' });
  expect(await watt.withdrawal(withdrawal.id)).toMatchObject({ id: withdrawal.id });
  expect(await watt.balance()).toMatchObject({ available: '0' });
  expect(await watt.cancelWithdrawal(withdrawal.id)).toMatchObject({ id: withdrawal.id, state: 'returned' });
  expect(await watt.balance()).toMatchObject({ available: '100' });
});
