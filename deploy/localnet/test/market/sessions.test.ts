import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Keypair } from '@solana/web3.js';
import { createWatt, type Watt } from '@watt/client';
import { parseWatt } from '@watt/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sweepOrphans } from '../../../../node-agent/src/sandbox/sweep-orphans.ts';
import { type NodeProcess, startWattNode } from '../../../../node-agent/test/cli/node-process.ts';
import { docker, realImage } from '../../../../node-agent/test/sandbox/real-sandbox.ts';
import { call } from './call.ts';
import { readMoney } from './read-money.ts';
import { type Market, startMarket } from './start-market.ts';
import { createX402Payer } from './x402-payer.ts';

const image = await realImage();
const MINUTE_WATT = 500;

let market: Market;
let agent: Keypair;
let home: string;
let node: NodeProcess | undefined;

const runNode = (args: string[]) => startWattNode(args, { WATT_NODE_HOME: home });
const kernels = async () => {
  const { nodes } = (await call('GET', `${market.router.url}/api/v1/nodes?state=online`)).body;
  return nodes[0]?.capabilities.execute?.sessions?.languages ?? [];
};
const kill = async () => {
  node?.child.kill('SIGKILL');
  await node?.ended;
};
const wattOf = (options: { prepaid?: true }): Watt =>
  createWatt({
    baseUrl: market.router.url,
    wallet: { secretKey: agent.secretKey },
    rpcUrl: market.chain.rpcUrl,
    maxCost: '5000',
    ...options,
  });

describe.skipIf(image === null)('a session on a real node', () => {
  beforeAll(async () => {
    market = await startMarket({ QUEUE_TIMEOUT_SECONDS: '60', NODE_RESUME_MS: '10000' });
    agent = await market.agent(10_000);
    home = await mkdtemp(join(tmpdir(), 'watt-sessions-'));
    const { publicKey } = market.router.context.secrets.routerKey;
    const router = ['--router', market.router.url, '--router-key', publicKey];
    await runNode(['init', '--services', 'execute', '--name', 'kernels', '--no-wallet', ...router]).ended;
    node = runNode(['run']);
    while (!(await kernels()).includes('python')) await new Promise((resolve) => setTimeout(resolve, 200));
  });
  afterAll(async () => {
    node?.child.kill('SIGTERM');
    await node?.ended;
    await market?.close();
    // What the killed node had ended with it.
    await sweepOrphans(docker, Date.now());
    if (home) await rm(home, { recursive: true, force: true });
  });

  it('keeps its state from call to call, and is charged for the minute that was begun', async () => {
    const watt = wattOf({ prepaid: true });
    await watt.deposit('6000');
    await expect.poll(async () => (await watt.balance()).available).toBe('6000');

    const python = await watt.openSession({ language: 'python', minutes: 10 });
    const first = await python.run('import math\nnumbers = [1, 2, 3]\nprint("Grüße")');
    const second = await python.run('numbers.append(4)\nsum(numbers) * math.floor(math.pi)');
    const wrong = await python.run('numbers[99]');
    const third = await python.run('len(numbers)');
    expect(first).toMatchObject({ ok: true, stdout: 'Grüße\n', value: null });
    expect(second).toMatchObject({ ok: true, value: '30' });
    expect(wrong).toMatchObject({ ok: false, code: 'EXECUTION_ERROR' });
    expect(wrong.stderr + wrong.error).toContain('IndexError');
    expect(third).toMatchObject({ ok: true, value: '4' });
    expect((await watt.balance()).available).toBe('1000');

    const bill = await python.close();
    expect(bill).toMatchObject({
      ended: 'closed',
      minutes: 1,
      cost: `${MINUTE_WATT}`,
      refund: `${9 * MINUTE_WATT}`,
      check: { valid: true, facts: { settlement: 'captured', charged: `${parseWatt(`${MINUTE_WATT}`)}` } },
    });
    for (const run of [first, second, wrong, third]) {
      expect(await python.verify(run)).toMatchObject({ valid: true });
    }
    expect(await python.verify({ ...second, program: 'sum([30])' })).toMatchObject({ valid: false });
    await expect(python.run('1')).rejects.toMatchObject({ code: 'SESSION_ENDED', status: 410 });
    expect((await watt.balance()).available).toBe('5500');
    expect(await readMoney(market).ledger()).toMatchObject({ balanced: true, held: '0' });
  });

  it('is paid on chain by a memo that hides its id, and ends with its kernel', async () => {
    const watt = wattOf({});
    const script = await watt.openSession({ language: 'javascript', minutes: 2 });
    const memo = script.ticket.payment?.memo ?? '';
    expect(memo).toMatch(/^w1:/);
    await script.run('globalThis.counter = 41');
    expect(await script.run('counter += 1')).toMatchObject({ ok: true, value: '42' });
    const last = await script.run('process.exit(3)');
    expect(last).toMatchObject({ ok: false, code: 'SESSION_ENDED' });
    const bill = await script.close();
    expect(bill).toMatchObject({ ended: 'kernel_exited', minutes: 1, cost: '500', check: { valid: true } });
    expect(await script.verify(last)).toMatchObject({ valid: true });
    await readMoney(market).untilEven();
  });

  it('is bought by the stock x402 client of a wallet without SOL', async () => {
    const payer = await createX402Payer(market, await market.agent(1000, { lamports: 0n }));
    const at = `${market.router.url}/api/v1/sessions`;
    const opened = await payer.fetch(at, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ language: 'python', minutes: 2 }),
    });
    const session = (await opened.json()) as { session_id: string };
    expect(session).toMatchObject({ state: 'ready', price_watt: 1000 });
    const { body } = await call('POST', `${at}/${session.session_id}/calls`, { code: '6 * 7' });
    expect(body).toMatchObject({ success: true, output: { value: '42' } });
    const closed = await fetch(`${at}/${session.session_id}`, { method: 'DELETE' });
    expect(await closed.json()).toMatchObject({ state: 'ended', watt_charged: 500, refund: { watt: 500 } });
  });

  it('is given back whole when its node is killed', async () => {
    const wallet = await market.agent(1000);
    const watt = createWatt({
      baseUrl: market.router.url,
      wallet: { secretKey: wallet.secretKey },
      rpcUrl: market.chain.rpcUrl,
    });
    const session = await watt.openSession({ language: 'python', minutes: 2 });
    const lost = session.run('import time\ntime.sleep(60)', { timeout: 100 });
    const [outcome] = await Promise.allSettled([lost, kill()]);
    expect(outcome).toMatchObject({ reason: { code: 'SESSION_ENDED', status: 410 } });
    expect(await session.close()).toMatchObject({ ended: 'failed', cost: '0', refund: '1000' });
    expect(await readMoney(market).balanceOf(wallet.publicKey)).toBe(parseWatt('1000'));
    expect(await readMoney(market).ledger()).toMatchObject({ balanced: true, held: '0' });
  });
});
