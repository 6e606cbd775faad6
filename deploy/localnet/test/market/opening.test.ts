import { randomUUID } from 'node:crypto';
import type { Keypair } from '@solana/web3.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EXIT, runMoney } from '../../../../router/src/operator/operator.ts';
import { call } from './call.ts';
import { pay } from './pay.ts';
import { type MoneyReader, readMoney } from './read-money.ts';
import { sendInstructions, tokenAccount, transfer } from './send-instructions.ts';
import { type Market, type MarketPlace, startMarket } from './start-market.ts';

const FINAL_SLOTS = 40;

let market: Market;
let money: MoneyReader;
let oldPayer: Keypair;
const said: string[] = [];

/** What an earlier network left behind: a payment that was worked off, and a payout. */
async function useBefore(place: MarketPlace): Promise<void> {
  oldPayer = await place.agent(500);
  await pay(place, { from: oldPayer, watt: 300, memo: randomUUID() });
  const out = transfer(place, {
    from: place.computeWallet.publicKey,
    units: 180_000_000n,
    to: tokenAccount(place.mint, oldPayer.publicKey),
  });
  await sendInstructions(place, [out], [place.computeWallet]);
  place.chain.warpSlots(FINAL_SLOTS);
}

const open = (place: MarketPlace) =>
  runMoney(
    ['open', '--why', 'the database was lost'],
    {
      DATABASE_URL: place.databaseUrl,
      SOLANA_RPC_URL: place.chain.rpcUrl,
      WATT_MINT: place.mint.toBase58(),
      COMPUTE_WALLET: place.computeWallet.publicKey.toBase58(),
    },
    { write: (text) => said.push(text), fault: (text) => said.push(text) },
  );
const solvency = async () => (await call('GET', `${market.router.url}/api/v1/solvency`)).body;

beforeAll(async () => {
  market = await startMarket(
    { RECONCILE_SECONDS: '1' },
    {
      async before(place) {
        await useBefore(place);
        expect(await open(place)).toBe(EXIT.done);
      },
    },
  );
  money = readMoney(market);
});
afterAll(() => market?.close());

it('a wallet that was used before begins with what it holds, and owes nobody what came before', async () => {
  expect(said.at(-1)).toMatch(/with 120 WATT in suspense/);
  await expect.poll(solvency).toMatchObject({
    state: 'solvent',
    freezes: [],
    chain: { watt: '120', on_record: '120' },
    liabilities: { customers: '0', suspense: '120' },
  });
  expect(await money.balanceOf(oldPayer.publicKey)).toBe(0n);
});

it('what comes from then on is a payment as ever, and the books are opened once', async () => {
  const signature = await pay(market, { from: oldPayer, watt: 50, memo: 'deposit' });
  await expect.poll(() => money.credit(signature)).toMatchObject({ amount: 50_000_000n });
  expect(await money.balanceOf(oldPayer.publicKey)).toBe(50_000_000n);
  expect(await open(market)).toBe(EXIT.refused);
  market.chain.warpSlots(FINAL_SLOTS);
  await expect.poll(solvency).toMatchObject({
    state: 'solvent',
    chain: { watt: '170', on_record: '170' },
    treasury: '170',
  });
});
