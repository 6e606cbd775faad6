import { randomUUID } from 'node:crypto';
import {
  createApproveInstruction,
  createAssociatedTokenAccountIdempotentInstruction,
  createInitializeAccountInstruction,
  createMintToInstruction,
  TOKEN_2022_PROGRAM_ID,
} from '@solana/spl-token';
import { Keypair, type PublicKey, SystemProgram } from '@solana/web3.js';
import { describe, expect, it } from 'vitest';
import { createWattMint } from '../../src/chain/create-mint.ts';
import { memoInstruction } from '../../src/chain/memo-instruction.ts';
import { call } from './call.ts';
import { openMarket } from './open-market.ts';
import { sendInstructions, tokenAccount, transfer } from './send-instructions.ts';

const PRICE = 200_000_000n;
const TOKEN_ACCOUNT_BYTES = 165;
const { market, node, money } = await openMarket();

const page = (jobId: string) => ({ url: 'http://127.0.0.1:8099/', job_id: jobId });
const scrape = (jobId: string) => call('POST', `${market.router.url}/api/v1/scrape`, page(jobId));
/** The call must answer that nothing was paid: a payment that counted would run the job. */
const expectUnpaid = async (jobId: string) =>
  expect(await scrape(jobId)).toMatchObject({ status: 402, body: { code: 'PAYMENT_NOT_FOUND' } });
const payUnits = (from: PublicKey, units: bigint) => transfer(market, { from, units });

describe('a transaction that brings nothing', () => {
  it('does not pay when it failed, whatever its memo says', async () => {
    const agent = await market.agent(100);
    const jobId = randomUUID();
    const { signature } = await sendInstructions(
      market,
      [memoInstruction(jobId), payUnits(agent.publicKey, PRICE)],
      [agent],
      { mayFail: true },
    );
    const status = await market.connection.getSignatureStatus(signature);
    expect(status.value?.err).toBeTruthy();
    await expectUnpaid(jobId);
    expect(await money.credit(signature)).toBeUndefined();
  });

  it('does not pay in another mint, though our wallet is paid and our account is named', async () => {
    const agent = await market.agent(0);
    const { connection, authority, computeWallet } = market;
    const mint = await createWattMint({ connection, authority });
    const owners = [agent.publicKey, computeWallet.publicKey];
    await sendInstructions(
      market,
      [
        ...owners.map((owner) =>
          createAssociatedTokenAccountIdempotentInstruction(
            authority.publicKey,
            tokenAccount(mint, owner),
            owner,
            mint,
            TOKEN_2022_PROGRAM_ID,
          ),
        ),
        createMintToInstruction(
          mint,
          tokenAccount(mint, agent.publicKey),
          authority.publicKey,
          PRICE,
          [],
          TOKEN_2022_PROGRAM_ID,
        ),
      ],
      [authority],
    );
    const jobId = randomUUID();
    const { signature } = await sendInstructions(
      market,
      // The second transfer names our account, so that its history lists the transaction.
      [
        memoInstruction(jobId),
        transfer(market, { from: agent.publicKey, units: PRICE, mint }),
        payUnits(agent.publicKey, 0n),
      ],
      [agent],
    );
    await expectUnpaid(jobId);
    expect(await money.credit(signature)).toBeUndefined();
  });

  it('does not pay into another token account of our wallet', async () => {
    const agent = await market.agent(300);
    const lookAlike = Keypair.generate();
    const rent = await market.connection.getMinimumBalanceForRentExemption(TOKEN_ACCOUNT_BYTES);
    await sendInstructions(
      market,
      [
        SystemProgram.createAccount({
          fromPubkey: agent.publicKey,
          newAccountPubkey: lookAlike.publicKey,
          space: TOKEN_ACCOUNT_BYTES,
          lamports: rent,
          programId: TOKEN_2022_PROGRAM_ID,
        }),
        createInitializeAccountInstruction(
          lookAlike.publicKey,
          market.mint,
          market.computeWallet.publicKey,
          TOKEN_2022_PROGRAM_ID,
        ),
      ],
      [agent, lookAlike],
    );
    const jobId = randomUUID();
    const { signature } = await sendInstructions(
      market,
      [
        memoInstruction(jobId),
        transfer(market, { from: agent.publicKey, units: PRICE, to: lookAlike.publicKey }),
        payUnits(agent.publicKey, 0n),
      ],
      [agent],
    );
    await expectUnpaid(jobId);
    expect(await money.credit(signature)).toBeUndefined();
  });
});

describe('a payment that names no single job', () => {
  it('with two memos is the payer’s balance, and pays for neither', async () => {
    const agent = await market.agent(300);
    const [one, other] = [randomUUID(), randomUUID()];
    const { signature } = await sendInstructions(
      market,
      [memoInstruction(one), memoInstruction(other), payUnits(agent.publicKey, PRICE)],
      [agent],
    );
    await expectUnpaid(one);
    await expectUnpaid(other);
    expect(await money.credit(signature)).toMatchObject({ amount: PRICE, applied: null });
    expect(await money.balanceOf(agent.publicKey)).toBe(PRICE);
  });

  it('with the same memo twice in one transaction is the payer’s balance too', async () => {
    const agent = await market.agent(300);
    const jobId = randomUUID();
    await sendInstructions(
      market,
      [memoInstruction(jobId), memoInstruction(jobId), payUnits(agent.publicKey, PRICE)],
      [agent],
    );
    await expectUnpaid(jobId);
    expect(await money.balanceOf(agent.publicKey)).toBe(PRICE);
  });

  it('of two payers in one transaction waits in suspense for its owner', async () => {
    const [ann, bob] = [await market.agent(300), await market.agent(300)];
    const jobId = randomUUID();
    const { signature } = await sendInstructions(
      market,
      [memoInstruction(jobId), payUnits(ann.publicKey, PRICE / 2n), payUnits(bob.publicKey, PRICE / 2n)],
      [ann, bob],
    );
    await expectUnpaid(jobId);
    expect(await money.credit(signature)).toMatchObject({ amount: PRICE, payer: null, applied: null });
    expect(await money.ledger()).toMatchObject({ suspense: '200', balanced: true });
  });

  it('of less than the dust limit is credited, and adds up to no job', async () => {
    const agent = await market.agent(300);
    const jobId = randomUUID();
    const dust = 9_999n;
    const { signature } = await sendInstructions(
      market,
      [memoInstruction(jobId), payUnits(agent.publicKey, dust)],
      [agent],
    );
    await expect.poll(() => money.credit(signature)).toMatchObject({ amount: dust, applied: null });
    await sendInstructions(
      market,
      [memoInstruction(jobId), payUnits(agent.publicKey, PRICE - dust)],
      [agent],
    );
    expect(await scrape(jobId)).toMatchObject({
      status: 402,
      body: { code: 'PAYMENT_INSUFFICIENT', payment: { missing_base: `${dust}` } },
    });
    expect(await money.balanceOf(agent.publicKey)).toBe(PRICE);
  });
});

describe('a payment in an unusual form', () => {
  const expectPaid = async (jobId: string) => {
    const [answer] = await Promise.all([scrape(jobId), node.nextJob().then((job) => node.answer(job))]);
    expect(answer).toMatchObject({ status: 200, body: { watt_charged: 200 } });
  };

  it('in several transfers of one transaction counts as their sum', async () => {
    const agent = await market.agent(300);
    const jobId = randomUUID();
    const { signature } = await sendInstructions(
      market,
      [
        payUnits(agent.publicKey, 1n),
        memoInstruction(jobId),
        payUnits(agent.publicKey, PRICE - 1n),
        payUnits(agent.publicKey, 5n),
      ],
      [agent],
    );
    await expectPaid(jobId);
    expect(await money.credit(signature)).toMatchObject({ amount: PRICE + 5n, applied: jobId });
    expect(await money.balanceOf(agent.publicKey)).toBe(5n);
  });

  it('by a delegate is the owner’s, who did not sign', async () => {
    const [owner, delegate] = [await market.agent(300), await market.agent(0)];
    await sendInstructions(
      market,
      [
        createApproveInstruction(
          tokenAccount(market.mint, owner.publicKey),
          delegate.publicKey,
          owner.publicKey,
          PRICE,
          [],
          TOKEN_2022_PROGRAM_ID,
        ),
      ],
      [owner],
    );
    const jobId = randomUUID();
    const { signature } = await sendInstructions(
      market,
      [
        memoInstruction(jobId),
        transfer(market, { from: owner.publicKey, by: delegate.publicKey, units: PRICE }),
      ],
      [delegate],
    );
    await expectPaid(jobId);
    const [row] =
      await market.sql`select payer, payer_signed from chain_credits where signature = ${signature}`;
    expect(row).toEqual({ payer: owner.publicKey.toBase58(), payer_signed: false });
    expect(await money.balanceOf(delegate.publicKey)).toBe(0n);
  });
});

it('leaves chain and ledger equal after all of it', async () => {
  await money.untilEven({ held: '0' });
});
