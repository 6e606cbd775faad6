import { randomUUID } from 'node:crypto';
import {
  createAssociatedTokenAccountIdempotentInstruction,
  createCloseAccountInstruction,
  createFreezeAccountInstruction,
  createThawAccountInstruction,
  createTransferCheckedInstruction,
  getAccount,
  getAssociatedTokenAddressSync,
  getMint,
  TOKEN_2022_PROGRAM_ID,
} from '@solana/spl-token';
import { type Keypair, type PublicKey, Transaction, type TransactionInstruction } from '@solana/web3.js';
import type { Router } from '@watt/router';
import { createSigningKey, type SigningKey, signingKeyFromSecret } from '@watt/shared';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { refundCredit } from '../../../../router/src/settlement/settlement.ts';
import { signRequest } from '../../../../router/test/harness/sign-request.ts';
import { confirmSignature } from '../../src/chain/confirm-signature.ts';
import { createFaults } from '../../src/chain/faults.ts';
import { call } from './call.ts';
import { pay } from './pay.ts';
import { readMoney } from './read-money.ts';
import { type Market, startMarket } from './start-market.ts';
import { connectWillingNode, type WillingNode } from './willing-node.ts';

const ALWAYS = 1;

let market: Market;
const nodes: WillingNode[] = [];

beforeAll(async () => {
  market = await startMarket(
    {
      PAYOUT_THRESHOLD_WATT: '100',
      PAYOUT_MIN_WATT: '1',
      PAYOUT_COLLECT_SECONDS: '1',
      PAYOUT_RESEND_MS: '200',
      LAMPORTS_PER_WATT: '1000000',
      // 5 WATT are the node's share.
      SCRAPE_PRICE_SIMPLE: '7.142858',
    },
    { paysOut: true },
  );
});
afterEach(async () => {
  Object.assign(market.chain.faults, createFaults());
  for (const node of nodes.splice(0)) await node.kill();
});
afterAll(() => market?.close());

const at = (path: string): string => `${market.router.url}${path}`;
const tokenAccount = (wallet: PublicKey) =>
  getAssociatedTokenAddressSync(market.mint, wallet, true, TOKEN_2022_PROGRAM_ID);
const held = async (wallet: PublicKey): Promise<bigint> =>
  (await getAccount(market.connection, tokenAccount(wallet), 'confirmed', TOKEN_2022_PROGRAM_ID)).amount;
const supply = async () =>
  (await getMint(market.connection, market.mint, 'confirmed', TOKEN_2022_PROGRAM_ID)).supply;
const attemptsOf = (wallet: string) =>
  market.sql<{ state: string; batch: string }[]>`
    select t.state, t.batch_id as batch from payout_attempts t
    where exists (select 1 from payouts p where p.wallet = ${wallet} and p.batch_id = t.batch_id) order by t.created_at`;
const payoutsOf = (wallet: string) =>
  market.sql<{ state: string; reason: string | null }[]>`
    select state, reason from payouts where wallet = ${wallet} order by created_at`;
const untilPayout = (wallet: string, state: string) =>
  expect
    .poll(async () => {
      // Finality is 32 slots away: the test need not wait for them.
      market.chain.warpSlots(4);
      return (await payoutsOf(wallet)).map((payout) => payout.state).at(-1);
    })
    .toBe(state);

/** A node with a payout wallet that has SOL; a token account only if asked for. */
async function paidNode({ hasAccount }: { hasAccount: boolean }) {
  const wallet = await market.agent(0);
  if (!hasAccount) await close(wallet);
  const key = createSigningKey();
  const node = await connectWillingNode(market.router.url, {
    key,
    wallet: signingKeyFromSecret(wallet.secretKey),
  });
  nodes.push(node);
  return { key, node, wallet, address: wallet.publicKey.toBase58() };
}

/** A job of 200 WATT that this node answers: 140 for the node, 0.3 to be burned. Or a little one, 5 for the node. */
async function earn(node: WillingNode, { isLittle = false } = {}): Promise<void> {
  const watt = isLittle ? 8 : 200;
  const agent = await market.agent(watt);
  const jobId = randomUUID();
  await pay(market, { from: agent, watt, memo: jobId });
  const wish = isLittle ? { output_format: 'html' } : { selectors: { title: 'h1' } };
  const body = { url: 'http://127.0.0.1:8099/', job_id: jobId, ...wish };
  const answer = async () => node.answer(await node.nextJob());
  const [answered] = await Promise.all([call('POST', at('/api/v1/scrape'), body), answer()]);
  expect(answered.status).toBe(200);
}

/** A deposit and the withdrawal of all of it, as an agent would ask for it. */
async function withdraw(agent: Keypair): Promise<string> {
  await pay(market, { from: agent, watt: 50, memo: 'deposit' });
  const key = signingKeyFromSecret(agent.secretKey);
  const order = async () => {
    market.chain.warpSlots(8);
    const body = JSON.stringify({ amount: '50' });
    const url = at('/api/v1/withdrawals');
    const headers = signRequest({
      ...{ key, method: 'POST', url, body },
      headers: { 'idempotency-key': randomUUID() },
    });
    return (await call('POST', url, body, headers)).status;
  };
  await expect.poll(order).toBe(202);
  return key.publicKey;
}

/** Sends at once under the newest blockhash: libraries keep one for a while, which time that was warped makes too old. */
async function submit(instruction: TransactionInstruction, signer: Keypair): Promise<void> {
  const latest = await market.connection.getLatestBlockhash('confirmed');
  const transaction = new Transaction({ feePayer: signer.publicKey, ...latest }).add(instruction);
  transaction.sign(signer);
  const signature = await market.connection.sendRawTransaction(transaction.serialize());
  await confirmSignature(market.connection, { signature, ...latest });
}

const close = (wallet: Keypair) =>
  submit(
    createCloseAccountInstruction(
      tokenAccount(wallet.publicKey),
      wallet.publicKey,
      wallet.publicKey,
      [],
      TOKEN_2022_PROGRAM_ID,
    ),
    wallet,
  );
const open = ({ publicKey: wallet }: Keypair) =>
  submit(
    createAssociatedTokenAccountIdempotentInstruction(
      market.authority.publicKey,
      tokenAccount(wallet),
      wallet,
      market.mint,
      TOKEN_2022_PROGRAM_ID,
    ),
    market.authority,
  );
const setFrozen = ({ publicKey: wallet }: Keypair, isFrozen: boolean) =>
  submit(
    (isFrozen ? createFreezeAccountInstruction : createThawAccountInstruction)(
      tokenAccount(wallet),
      market.mint,
      market.authority.publicKey,
      [],
      TOKEN_2022_PROGRAM_ID,
    ),
    market.authority,
  );
const nodeView = async (key: SigningKey) => (await call('GET', at(`/api/v1/nodes/${key.publicKey}`))).body;

describe('a node', () => {
  it('is paid on chain with the burn in the same transaction, and everyone can see it', async () => {
    const before = await supply();
    const { key, node, wallet, address } = await paidNode({ hasAccount: true });
    await earn(node);
    await untilPayout(address, 'paid');
    expect(await held(wallet.publicKey)).toBe(140_000_000n);
    // The 200 WATT that the agent paid were minted for it.
    expect(await supply()).toBe(before + 200_000_000n - 300_000n);

    const view = await nodeView(key);
    expect(view).toMatchObject({
      earned_watt: 140,
      payout: { payable: 0, pending: 0, paid_total: 140, waiting_for: null, next_at: null },
    });
    const { payouts } = (await call('GET', at(`/api/v1/nodes/${key.publicKey}/payouts`))).body;
    expect(payouts).toMatchObject([
      { amount: 140, wallet: address, state: 'paid', signature: view.payout.last_signature },
    ]);
    const transaction = await market.connection.getParsedTransaction(view.payout.last_signature, 'confirmed');
    const instructions = transaction?.transaction.message.instructions.map((instruction) =>
      'parsed' in instruction ? (instruction.parsed.type ?? instruction.parsed) : null,
    );
    expect(instructions).toContain('transferChecked');
    expect(instructions).toContain('burnChecked');
    expect(instructions).toContainEqual(expect.stringMatching(/^watt:p:[0-9a-f-]{36}$/));
    await expect
      .poll(async () => (await call('GET', at('/api/v1/stats'))).body)
      .toMatchObject({
        watt_received: 200,
        watt_burned: 0.3,
        watt_burned_on_chain: 0.3,
        watt_paid_to_nodes: 140,
      });
  });

  it('without a token account reads why it waits, and is paid when it opens one', async () => {
    const { key, node, wallet, address } = await paidNode({ hasAccount: false });
    await earn(node);
    await expect
      .poll(async () => {
        market.chain.warpSlots(8);
        return (await nodeView(key)).payout;
      })
      .toMatchObject({ payable: 140, waiting_for: { code: 'no_token_account', text: expect.any(String) } });
    expect(await payoutsOf(address)).toEqual([]);
    await open(wallet);
    await untilPayout(address, 'paid');
    expect(await held(wallet.publicKey)).toBe(140_000_000n);
  });

  it('without a wallet is told to name one', async () => {
    const key = createSigningKey();
    const node = await connectWillingNode(market.router.url, { key });
    nodes.push(node);
    await earn(node);
    expect((await nodeView(key)).payout).toMatchObject({ waiting_for: { code: 'no_wallet' } });
  });

  it('is paid on demand by a call that its own key signs, and by nobody else’s', async () => {
    const { key, node, address } = await paidNode({ hasAccount: true });
    await earn(node, { isLittle: true });
    const url = at(`/api/v1/nodes/${key.publicKey}/payouts`);
    const stranger = signRequest({ key: createSigningKey(), method: 'POST', url });
    expect((await call('POST', url, undefined, stranger)).status).toBe(401);
    expect((await call('POST', url)).status).toBe(401);
    await expect
      .poll(async () => {
        market.chain.warpSlots(8);
        return (await nodeView(key)).payout;
      })
      .toMatchObject({ payable: 5, waiting_for: { code: 'below_threshold' } });
    const answer = await call('POST', url, undefined, signRequest({ key, method: 'POST', url }));
    expect(answer).toMatchObject({ status: 202, body: { payout: { payable: 0, pending: 5 } } });
    await untilPayout(address, 'paid');
  });
});

describe('a withdrawal arrives once', () => {
  it('when its transaction is lost again and again', async () => {
    const agent = await market.agent(50);
    const address = await withdraw(agent);
    market.chain.faults.dropRate = ALWAYS;
    await expect.poll(async () => (await attemptsOf(address)).length).toBe(1);
    market.chain.warpSlots(20);
    market.chain.faults.dropRate = 0;
    await untilPayout(address, 'paid');
    expect(await held(agent.publicKey)).toBe(50_000_000n);
    expect(await attemptsOf(address)).toHaveLength(1);
  });

  it('when it lands late', async () => {
    const agent = await market.agent(50);
    market.chain.faults.lateSlots = 30;
    const address = await withdraw(agent);
    market.chain.faults.lateRate = ALWAYS;
    await untilPayout(address, 'paid');
    expect(await held(agent.publicKey)).toBe(50_000_000n);
    expect(await attemptsOf(address)).toHaveLength(1);
  });

  it('when its blockhash expires, by another transaction under the same memo', async () => {
    const agent = await market.agent(50);
    const address = await withdraw(agent);
    market.chain.faults.dropRate = ALWAYS;
    await expect.poll(async () => (await attemptsOf(address)).length).toBe(1);
    market.chain.warpSlots(200);
    await expect.poll(async () => (await attemptsOf(address)).length).toBe(2);
    market.chain.faults.dropRate = 0;
    await untilPayout(address, 'paid');
    expect(await held(agent.publicKey)).toBe(50_000_000n);
    const attempts = await attemptsOf(address);
    expect(attempts.map(({ state }) => state)).toEqual(['expired', 'finalized']);
    expect(new Set(attempts.map(({ batch }) => batch)).size).toBe(1);
  });

  it('when the router is replaced in the middle, and the RPC is away meanwhile', async () => {
    const agent = await market.agent(50);
    const address = await withdraw(agent);
    market.chain.faults.dropRate = ALWAYS;
    await expect.poll(async () => (await attemptsOf(address)).length).toBe(1);
    market.chain.faults.outage = 'unavailable';
    const stopping = market.router.stop();
    market.chain.faults.dropRate = 0;
    await stopping;
    market.chain.faults.outage = 'none';
    market.router = await market.startAnother();
    await untilPayout(address, 'paid');
    expect(await held(agent.publicKey)).toBe(50_000_000n);
    expect(await attemptsOf(address)).toHaveLength(1);
  });

  it('with two routers of which one works, and when that one stops the other', async () => {
    const lockHolders = async () =>
      (
        await market.sql`select pid from pg_locks where locktype = 'advisory' and granted and objid = ${(7_421_180_012n & 0xffff_ffffn).toString()}::oid
        and database = (select oid from pg_database where datname = current_database())`
      ).length;
    const second: Router = await market.startAnother();
    const [first, other] = [await market.agent(50), await market.agent(50)];
    const addresses = [await withdraw(first), await withdraw(other)];
    for (const address of addresses) await untilPayout(address, 'paid');
    expect(await lockHolders()).toBe(1);
    await market.router.stop();
    market.router = second;
    const third = await market.agent(50);
    await untilPayout(await withdraw(third), 'paid');
    expect(await lockHolders()).toBe(1);
    for (const agent of [first, other, third]) expect(await held(agent.publicKey)).toBe(50_000_000n);
  });
});

describe('a wallet that cannot receive any more', () => {
  it('holds up nobody else in its batch, is held with the reason, and gets its money later', async () => {
    const agents = await Promise.all([1, 2, 3, 4].map(() => market.agent(50)));
    const [closed, frozen, ...good] = agents as [Keypair, Keypair, ...Keypair[]];
    await market.sql`insert into payout_freezes (cause, detail) values ('operator', 'all in one batch')`;
    const addresses: string[] = [];
    for (const agent of agents) addresses.push(await withdraw(agent));
    // The transaction is under way for a while; meanwhile two of the four accounts go.
    Object.assign(market.chain.faults, { lateRate: ALWAYS, lateSlots: 60 });
    await market.sql`update payout_freezes set released_at = now(), release = 'me: all are here' where released_at is null`;
    await expect.poll(async () => (await attemptsOf(addresses[0] ?? '')).length).toBe(1);
    market.chain.faults.lateRate = 0;
    await Promise.all([close(closed), setFrozen(frozen, true)]);
    market.chain.warpSlots(60);
    await untilPayout(good[0]?.publicKey.toBase58() ?? '', 'paid');
    await untilPayout(good[1]?.publicKey.toBase58() ?? '', 'paid');
    const reasonOf = async (wallet: Keypair) => (await payoutsOf(wallet.publicKey.toBase58())).at(-1);
    await expect
      .poll(() => reasonOf(closed))
      .toMatchObject({ state: 'held', reason: expect.stringMatching(/^no_token_account: /) });
    await expect
      .poll(() => reasonOf(frozen))
      .toMatchObject({ state: 'held', reason: expect.stringMatching(/^token_account_frozen: /) });
    await open(closed);
    await setFrozen(frozen, false);
    for (const address of addresses) await untilPayout(address, 'paid');
    for (const agent of agents) expect(await held(agent.publicKey)).toBe(50_000_000n);
  });
});

describe('a payment that two wallets made together', () => {
  it('is sent back to the one that the operator names, as soon as that can receive it', async () => {
    const [one, two] = [await market.agent(5), await market.agent(7)];
    const signature = await payTogether([one, two]);
    const credit = async () => {
      market.chain.warpSlots(8);
      const [row] = await market.sql`select status, payer from chain_credits where signature = ${signature}`;
      return row;
    };
    await expect.poll(credit).toEqual({ status: 'finalized', payer: null });
    await close(two);
    const wallet = two.publicKey.toBase58();
    const { accounts, database } = market.router.context;
    expect(await refundCredit(database.sql, accounts, { signature, wallet })).not.toBeNull();
    await expect
      .poll(async () => (await payoutsOf(wallet)).at(-1))
      .toMatchObject({ state: 'held', reason: expect.stringMatching(/^no_token_account: /) });
    await open(two);
    await untilPayout(wallet, 'paid');
    expect(await held(two.publicKey)).toBe(12_000_000n);
  });
});

/** Both send all that they have in one transaction: whose payment it is cannot be told. */
async function payTogether(payers: [Keypair, Keypair]): Promise<string> {
  const latest = await market.connection.getLatestBlockhash('confirmed');
  const transaction = new Transaction({ feePayer: payers[0].publicKey, ...latest });
  for (const { publicKey: owner } of payers) {
    const amount = await held(owner);
    const [from, to] = [tokenAccount(owner), tokenAccount(market.computeWallet.publicKey)];
    transaction.add(
      createTransferCheckedInstruction(from, market.mint, to, owner, amount, 6, [], TOKEN_2022_PROGRAM_ID),
    );
  }
  transaction.sign(...payers);
  const signature = await market.connection.sendRawTransaction(transaction.serialize());
  await confirmSignature(market.connection, { signature, ...latest });
  return signature;
}

it('leaves ledger and chain in agreement, and freezes nothing', async () => {
  await readMoney(market).untilEven({ payout_inflight: '0' });
  expect(await market.sql`select cause from payout_freezes where released_at is null`).toEqual([]);
});
