import { randomUUID } from 'node:crypto';
import { PublicKey } from '@solana/web3.js';
import { describe, expect, it } from 'vitest';
import { runMoney } from '../../../../router/src/operator/operator.ts';
import { memoInstruction } from '../../src/chain/memo-instruction.ts';
import { call } from './call.ts';
import { openMarket } from './open-market.ts';
import { pay } from './pay.ts';
import { sendInstructions, tokenAccount, transfer } from './send-instructions.ts';

const FINAL_SLOTS = 40;
const { market, node } = await openMarket({ RECONCILE_SECONDS: '1' });

const solvency = async () => (await call('GET', `${market.router.url}/api/v1/solvency`)).body;

/** The operator's command on this market, as its words would run it. */
async function money(...argv: string[]): Promise<{ code: number; said: string }> {
  let said = '';
  const write = (text: string) => {
    said += text;
  };
  const env = {
    DATABASE_URL: market.databaseUrl,
    SOLANA_RPC_URL: market.chain.rpcUrl,
    WATT_MINT: market.mint.toBase58(),
    COMPUTE_WALLET: market.computeWallet.publicKey.toBase58(),
    RECONCILE_SECONDS: '1',
  };
  return { code: await runMoney(argv, env, { write, fault: write }), said };
}

/** Takes WATT out of our account with its own key, as a thief who has it would. */
async function steal(units: bigint): Promise<string> {
  const thief = await market.agent(0);
  const out = transfer(market, {
    from: market.computeWallet.publicKey,
    units,
    to: tokenAccount(market.mint, thief.publicKey),
  });
  return (await sendInstructions(market, [memoInstruction('hello'), out], [market.computeWallet])).signature;
}

describe('GET /api/v1/solvency', () => {
  it('says what is owed to whom, and what the chain holds for it', async () => {
    const agent = await market.agent(300);
    const jobId = randomUUID();
    await pay(market, { from: agent, watt: 250, memo: jobId });
    await Promise.all([
      call('POST', `${market.router.url}/api/v1/scrape`, { url: 'http://127.0.0.1:8099/', job_id: jobId }),
      node.nextJob().then((job) => node.answer(job)),
    ]);
    market.chain.warpSlots(FINAL_SLOTS);
    await expect.poll(solvency).toMatchObject({
      success: true,
      state: 'solvent',
      frozen: false,
      freezes: [],
      chain: { watt: '250', on_record: '250' },
      liabilities: {
        customers: '50',
        nodes: '140',
        burn: '0.3',
        held: '0',
        payout_inflight: '0',
        total: '190.3',
      },
      revenue: '59.7',
      treasury: '250',
      faults: [],
    });
    expect((await solvency()).ratio).toBeCloseTo(250 / 190.3, 3);
    expect((await money('status')).code).toBe(0);
  });

  it('is frozen by tokens that leave without us, until an operator has said what it was', async () => {
    const signature = await steal(5_000_000n);
    await expect.poll(solvency).toMatchObject({
      state: 'frozen',
      freezes: [{ cause: 'unknown_debit', subject: signature, detail: expect.stringContaining('5 WATT') }],
    });
    expect((await money('explain', signature, '--as', 'revenue', '--why', 'too early')).said).toContain(
      'not final',
    );
    market.chain.warpSlots(FINAL_SLOTS);
    const explain = ['explain', signature, '--as', 'revenue', '--why', 'moved by hand', '--by', 'ann'];
    await expect.poll(async () => (await money(...explain)).code).toBe(0);
    await expect.poll(solvency).toMatchObject({
      state: 'solvent',
      chain: { watt: '245', on_record: '245' },
      treasury: '245',
      revenue: '54.7',
    });
    const status = await money('status');
    expect(status).toMatchObject({ code: 0, said: expect.stringContaining('chain now    245 WATT') });
  });

  it('forgets what left and was orphaned: nothing had left', async () => {
    const signature = await steal(1_000_000n);
    await expect.poll(async () => (await solvency()).state).toBe('frozen');
    market.chain.orphan(signature);
    market.chain.warpSlots(FINAL_SLOTS);
    await expect
      .poll(
        async () =>
          (await market.sql`select status from chain_debits where signature = ${signature}`)[0]?.['status'],
      )
      .toBe('orphaned');
    const [freeze] = JSON.parse((await money('freezes', '--json')).said).rows;
    expect((await money('release', freeze.id, '--why', 'it never happened')).code).toBe(0);
    await expect.poll(solvency).toMatchObject({ state: 'solvent', chain: { watt: '245' } });
  });

  it('agrees with the chain while money keeps coming, without a check that counts as wrong', async () => {
    const agents = await Promise.all(Array.from({ length: 10 }, () => market.agent(10)));
    for (const agent of agents)
      await pay(market, { from: agent, watt: 10, memo: 'deposit' }, { confirm: false });
    market.chain.warpSlots(FINAL_SLOTS);
    await expect.poll(solvency).toMatchObject({ state: 'solvent', chain: { watt: '345' } });
    const faulty = await market.sql`
      select faults from reconciliations where faults <> '[]'::jsonb and not faults::text like '%took%'`;
    expect(faulty).toEqual([]);
    const account = new PublicKey(market.router.context.payments.payTo.tokenAccount);
    const onChain = await market.connection.getTokenAccountBalance(account, 'finalized');
    expect(onChain.value.uiAmountString).toBe('345');
  });
});
