import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getAccount, getAssociatedTokenAddressSync, TOKEN_2022_PROGRAM_ID } from '@solana/spl-token';
import { Connection, Keypair, type PublicKey } from '@solana/web3.js';
import { createWatt, type ResumeTicket, type Watt, type WattError, type WattOptions } from '@watt/client';
import { commitmentMemo, type JobId, sha256Hex } from '@watt/shared';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Chain, createWattMint, fund, startChain } from '../../src/index.ts';

const PRICE = 200_000_000n;

let chain: Chain;
let connection: Connection;
let mint: PublicKey;
let genesis: string;
let till: Server;
let tillUrl: string;
const computeWallet = Keypair.generate();
const authority = Keypair.generate();
let agent: Keypair;

beforeAll(async () => {
  chain = await startChain({ rpcPort: 0, slotMs: 100 });
  connection = new Connection(chain.rpcUrl, { commitment: 'confirmed', wsEndpoint: chain.wsUrl });
  await landed(await connection.requestAirdrop(authority.publicKey, 1_000_000_000_000));
  mint = await createWattMint({ connection, authority });
  await fund({
    connection,
    authority,
    mint,
    wallet: computeWallet.publicKey,
    wattBase: 0n,
    lamports: 1_000_000n,
  });
  genesis = await connection.getGenesisHash();
  till = await startTill();
  tillUrl = `http://127.0.0.1:${(till.address() as AddressInfo).port}`;
});

afterAll(async () => {
  till.closeAllConnections();
  await new Promise((resolve) => till.close(resolve));
  await chain.close();
});

beforeEach(async () => {
  agent = Keypair.generate();
  const grant = { wattBase: 10n * PRICE, lamports: 1_000_000_000n };
  await fund({ connection, authority, mint, wallet: agent.publicKey, ...grant });
});

afterEach(() => {
  Object.assign(chain.faults, { dropRate: 0, lateRate: 0, tooManyRequestsRate: 0, byMethod: {} });
});

/** A router as far as the SDK can see: it answers 402 until the chain shows the payment with the commitment memo. */
async function startTill(): Promise<Server> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    const job_id = String(JSON.parse(body).job_id) as JobId;
    const paid = (await paidBy(commitmentMemo(job_id, sha256Hex(body)))) >= PRICE;
    const output = { stdout: 'Hello\n', stderr: '', exit_code: 0 };
    const metadata = { language: 'python', execution_ms: 1, memory_used_mb: 1 };
    const payment = paymentDetails(job_id);
    response.writeHead(paid ? 200 : 402, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(
        paid
          ? { success: true, job_id, output, metadata, watt_charged: 200, watt_burned: 0.3 }
          : { success: false, code: 'PAYMENT_NOT_FOUND', error: 'unpaid', job_id, payment },
      ),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function tokenAccount(owner: PublicKey): PublicKey {
  return getAssociatedTokenAddressSync(mint, owner, true, TOKEN_2022_PROGRAM_ID);
}

function paymentDetails(memo: string) {
  return {
    amount: 200,
    amount_base: String(PRICE),
    pay_to: computeWallet.publicKey.toBase58(),
    token_account: tokenAccount(computeWallet.publicKey).toBase58(),
    mint: mint.toBase58(),
    token_program: TOKEN_2022_PROGRAM_ID.toBase58(),
    decimals: 6,
    memo,
    network: genesis,
  };
}

/** What arrived on the till's account with this memo. */
async function paidBy(memo: string): Promise<bigint> {
  const account = tokenAccount(computeWallet.publicKey);
  const rows = await connection.getSignaturesForAddress(account, { limit: 100 }, 'confirmed');
  const good = rows.filter((row) => row.err === null && row.memo?.endsWith(memo));
  return BigInt(good.length) * PRICE;
}

async function balanceOf(owner: PublicKey): Promise<bigint> {
  return (await getAccount(connection, tokenAccount(owner), 'confirmed', TOKEN_2022_PROGRAM_ID)).amount;
}

async function landed(signature: string): Promise<void> {
  for (let i = 0; i < 200; i += 1) {
    const { value } = await connection.getSignatureStatuses([signature]);
    if (value[0]?.confirmationStatus && value[0].confirmationStatus !== 'processed') return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${signature} did not land`);
}

function createAgent(options: Partial<WattOptions> = {}): Watt {
  return createWatt({ baseUrl: tillUrl, wallet: agent, rpcUrl: chain.rpcUrl, ...options });
}

const hello = { language: 'python' as const, code: "print('Hello')" };

test('one transaction moves the price with the memo', async () => {
  const before = await balanceOf(agent.publicKey);
  const answer = await createAgent({ priorityFeeMicroLamports: 1_000 }).runCode(hello);
  expect(answer.stdout).toBe('Hello\n');
  expect(before - (await balanceOf(agent.publicKey))).toBe(PRICE);
  const transaction = await connection.getTransaction(answer.paymentSignature ?? '', {
    commitment: 'confirmed',
    maxSupportedTransactionVersion: 0,
  });
  expect(transaction?.meta?.err).toBeNull();
  expect(transaction?.meta?.logMessages?.join('\n')).toContain(answer.ticket.payment?.memo);
});

test('a call repeated with its job id is not paid again', async () => {
  const watt = createAgent();
  const first = await watt.runCode(hello);
  const before = await balanceOf(agent.publicKey);
  const again = await watt.runCode(hello, { jobId: first.jobId });
  expect(again.response).toEqual(first.response);
  expect(again.paymentSignature).toBeNull();
  expect(await balanceOf(agent.publicKey)).toBe(before);
});

test('with half of all sends lost, some late and a fifth of all calls refused, every job is paid exactly once', async () => {
  Object.assign(chain.faults, { dropRate: 0.5, lateRate: 0.3, lateSlots: 20 });
  for (const method of ['sendTransaction', 'getSignatureStatuses', 'getBlockHeight']) {
    chain.faults.byMethod[method] = { tooManyRequestsRate: 0.2 };
  }
  const before = await balanceOf(agent.publicKey);
  const calls = await Promise.all(Array.from({ length: 6 }, () => createAgent().runCode(hello)));
  expect(new Set(calls.map(({ paymentSignature }) => paymentSignature)).size).toBe(6);
  // Let everything that is still on its way arrive or expire before the sum is drawn.
  chain.warpSlots(200);
  expect(before - (await balanceOf(agent.publicKey))).toBe(6n * PRICE);
});

test('a process that dies after signing goes on with the stored ticket', async () => {
  const tickets: ResumeTicket[] = [];
  const controller = new AbortController();
  const dying = createAgent({
    onTicket: (ticket) => {
      tickets.push(ticket);
      controller.abort();
    },
  });
  await expect(dying.runCode(hello, { signal: controller.signal })).rejects.toMatchObject({
    code: 'ABORTED',
  });
  const before = await balanceOf(agent.publicKey);
  const [ticket] = JSON.parse(JSON.stringify(tickets)) as ResumeTicket[];
  if (!ticket) throw new Error('no ticket was stored');
  const answer = await createAgent().resume(ticket);
  expect(answer.paymentSignature).toBe(ticket.payment?.signature);
  expect(before - (await balanceOf(agent.publicKey))).toBe(PRICE);
});

test('a stored payment that expired is replaced, and only one of the two moves money', async () => {
  const tickets: ResumeTicket[] = [];
  const controller = new AbortController();
  const onTicket = (ticket: ResumeTicket) => {
    tickets.push(ticket);
    controller.abort();
  };
  await createAgent({ onTicket })
    .runCode(hello, { signal: controller.signal })
    .catch(() => {});
  const before = await balanceOf(agent.publicKey);
  chain.warpSlots(250);
  const [ticket] = tickets;
  if (!ticket) throw new Error('no ticket was stored');
  const answer = await createAgent().resume(structuredClone(ticket));
  expect(answer.paymentSignature).not.toBe(ticket.payment?.signature);
  expect(before - (await balanceOf(agent.publicKey))).toBe(PRICE);
});

test('a wallet without enough WATT is told so, and nothing moves', async () => {
  agent = Keypair.generate();
  await fund({
    connection,
    authority,
    mint,
    wallet: agent.publicKey,
    wattBase: PRICE - 1n,
    lamports: 1_000_000_000n,
  });
  const error: WattError = await createAgent()
    .runCode(hello)
    .then(
      () => Promise.reject(new Error('The call should have failed')),
      (reason) => reason,
    );
  expect(error).toMatchObject({ name: 'PaymentError', code: 'PAYMENT_REFUSED' });
  expect(await balanceOf(agent.publicKey)).toBe(PRICE - 1n);
});

test('a router of another chain, or with another token account, is not paid', async () => {
  const before = await balanceOf(agent.publicKey);
  const wrong = async (change: object) => {
    const payment = { ...paymentDetails('x'), ...change };
    const body = JSON.stringify({ success: false, code: 'PAYMENT_NOT_FOUND', payment });
    const fetch = async (url: URL | string | Request, init?: RequestInit) =>
      String(url).startsWith(tillUrl) ? new Response(body, { status: 402 }) : globalThis.fetch(url, init);
    return createAgent({ fetch })
      .runCode(hello)
      .catch((error: WattError) => error.code);
  };
  expect(await wrong({ network: 'another chain' })).toBe('WRONG_NETWORK');
  expect(await wrong({ token_account: Keypair.generate().publicKey.toBase58() })).toBe('WRONG_TOKEN_ACCOUNT');
  expect(await balanceOf(agent.publicKey)).toBe(before);
});
