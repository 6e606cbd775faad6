import { randomUUID } from 'node:crypto';
import { Keypair, PublicKey, TransactionInstruction } from '@solana/web3.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { memoInstruction } from '../../src/chain/memo-instruction.ts';
import { call } from './call.ts';
import { type Market, startMarket } from './start-market.ts';
import { connectWillingNode, type WillingNode } from './willing-node.ts';
import { type Craft, craftPayment } from './x402-craft.ts';
import { createX402Payer, readHeader, type X402Payer } from './x402-payer.ts';

const LIGHTHOUSE = new PublicKey('L2TExMFKdjpN9kozasaurPirfHy9P8sbXoAN1qA3S95');

// More than the tests before the one about it need.
const CHECKS = 80;

let market: Market;
let node: WillingNode;
let agent: Keypair;
let payer: X402Payer;
const execute = () => `${market.router.url}/api/v1/execute`;
const program = (more: object = {}) => ({ language: 'python', code: 'print(1)', ...more });
const feePayerSol = () => market.connection.getBalance(market.feePayer.publicKey, 'confirmed');
const settlements = () => market.sql`select 1 from x402_settlements`;

beforeAll(async () => {
  const env = {
    X402_MAX_PENDING_PER_PAYER: '3',
    X402_RESEND_MS: '300',
    RATE_LIMIT_X402_PER_HOUR: `${CHECKS}`,
  };
  // What is signed for stays good for a minute, however busy the machine is.
  market = await startMarket(env, { slotMs: 400 });
  node = await connectWillingNode(market.router.url);
  agent = await market.agent(100_000, { lamports: 0n });
  payer = await createX402Payer(market, agent);
});
afterAll(async () => {
  await node?.kill();
  await market?.close();
});

describe('a payment that does not fit moves nothing and costs nothing', () => {
  let sol: number;
  beforeAll(async () => {
    sol = await feePayerSol();
  });
  afterEach(async () => {
    expect(await settlements()).toHaveLength(0);
    expect(await feePayerSol()).toBe(sol);
  });

  const stranger = Keypair.generate();
  const feePayer = () => market.feePayer.publicKey;
  const cases: [name: string, craft: () => Craft, says: RegExp][] = [
    ['another scheme', () => ({ accepted: { scheme: 'upto' } }), /accepted\.scheme/],
    [
      'another network',
      () => ({ accepted: { network: 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp' } }),
      /accepted\.network/,
    ],
    ['another asset', () => ({ accepted: { asset: stranger.publicKey.toBase58() } }), /accepted\.asset/],
    [
      'a smaller amount, said and done',
      () => ({ accepted: { amount: '1' }, amount: 1n }),
      /accepted\.amount/,
    ],
    ['a smaller amount, done and not said', () => ({ amount: 1n }), /amount_mismatch/],
    ['a larger amount', () => ({ amount: 500_000_001n }), /amount_mismatch/],
    [
      'another payee, said',
      () => ({ accepted: { payTo: stranger.publicKey.toBase58() } }),
      /accepted\.payTo/,
    ],
    ['another payee, done and not said', () => ({ destination: agent.publicKey }), /recipient_mismatch/],
    ['another memo, said', () => ({ extra: { memo: 'x1:other' } }), /accepted\.extra\.memo/],
    ['another memo, done and not said', () => ({ memo: 'x1:other' }), /memo/],
    ['two memos', () => ({ more: [memoInstruction('more')] }), /memo_count/],
    ['another flow', () => ({ extra: { paymentFlow: 'authorization' } }), /accepted\.extra\.paymentFlow/],
    ['members nobody asked for', () => ({ extra: { discount: '100' } }), /accepted\.extra\.discount/],
    ['a fee payer of its own', () => ({ feePayer: agent.publicKey }), /fee_payer/],
    ['a price for compute units that drains', () => ({ microLamports: 5_000_000 }), /too_high/],
    ['compute units that drain', () => ({ unitLimit: 1_400_000 }), /too_high/],
    [
      'a third signature that we pay for',
      () => ({ more: [memoInstruction('', [stranger.publicKey])], signers: [agent, stranger] }),
      /signer|memo/,
    ],
    [
      'our wallet as an account of a program that is let through',
      () => ({
        more: [
          new TransactionInstruction({
            programId: LIGHTHOUSE,
            keys: [{ pubkey: feePayer(), isSigner: true, isWritable: true }],
            data: Buffer.from([0]),
          }),
        ],
      }),
      /fee_payer_in_instruction_accounts/,
    ],
    [
      'a program that is not let through',
      () => ({
        more: [
          new TransactionInstruction({ programId: stranger.publicKey, keys: [], data: Buffer.from([0]) }),
        ],
      }),
      /unknown_fifth_instruction/,
    ],
    ['no signature of the payer', () => ({ signers: [] }), /signature/],
  ];

  it.each(cases)('%s', async (_, craft, says) => {
    const { required } = await payer.sign(execute(), program());
    const headers = await craftPayment(market, agent, required, craft());
    const answer = await call('POST', execute(), program(), headers);
    expect(answer).toMatchObject({ status: 402, body: { code: 'X402_REFUSED' } });
    expect(answer.body.error).toMatch(says);
    expect(readHeader(answer.headers, 'payment-required').accepts).toEqual(required.accepts);
    expect(answer.headers.get('payment-response')).toBeNull();
  });

  it('another body under the same payment', async () => {
    const signed = await payer.sign(execute(), program());
    const other = await signed.send({ body: program({ code: 'print(2)' }) });
    expect(other).toMatchObject({ status: 409, body: { code: 'JOB_ID_CONFLICT' } });
  });

  it('the same request in other letters', async () => {
    const signed = await payer.sign(execute(), program());
    const { code, language } = program();
    const other = await signed.send({ body: { code, language } });
    expect(other).toMatchObject({ status: 402, body: { code: 'X402_REFUSED' } });
  });

  it('a payment for the other service', async () => {
    const signed = await payer.sign(execute(), program());
    const url = `${market.router.url}/api/v1/scrape`;
    const other = await signed.send({ url, body: { url: 'http://127.0.0.1:8099/' } });
    expect(other.status).toBe(409);
  });

  it('a payment for another job', async () => {
    const signed = await payer.sign(execute(), program());
    const other = await signed.send({ body: program({ job_id: randomUUID() }) });
    expect(other).toMatchObject({ status: 402, body: { code: 'X402_REFUSED' } });
  });

  it('more than the wallet has', async () => {
    const poor = await market.agent(1, { lamports: 0n });
    const signed = await (await createX402Payer(market, poor)).sign(execute(), program());
    const answer = await signed.send();
    expect(answer).toMatchObject({ status: 402, body: { code: 'X402_REFUSED' } });
    expect(answer.body.error).toMatch(/simulation_failed/);
  });

  const malformed: [name: string, headers: () => Record<string, string>, says: RegExp][] = [
    ['version 1', () => ({ 'x-payment': 'e30=' }), /version 1/],
    ['no base64', () => ({ 'payment-signature': '{"x402Version":2}' }), /base64/],
    ['no JSON', () => ({ 'payment-signature': 'abcd' }), /JSON/],
    ['a list', () => ({ 'payment-signature': btoa('[]') }), /JSON object/],
    ['another version', () => ({ 'payment-signature': btoa('{"x402Version":1}') }), /x402Version 2/],
    ['nothing accepted', () => ({ 'payment-signature': btoa('{"x402Version":2}') }), /accepted/],
    ['9000 letters', () => ({ 'payment-signature': 'a'.repeat(9000) }), /longer/],
  ];
  it.each(malformed)('a header with %s', async (_, headers, says) => {
    const answer = await call('POST', execute(), program(), headers());
    expect(answer).toMatchObject({ status: 400, body: { code: 'X402_MALFORMED' } });
    expect(answer.body.error).toMatch(says);
  });

  it('a header with no transaction, or one that is none', async () => {
    const { required } = await payer.sign(execute(), program());
    for (const transaction of [undefined, 'AAAA', 'a'.repeat(1648)]) {
      const payment = { x402Version: 2, accepted: required.accepts[0], payload: { transaction } };
      const header = Buffer.from(JSON.stringify(payment)).toString('base64');
      const answer = await call('POST', execute(), program(), { 'payment-signature': header });
      expect([400, 402]).toContain(answer.status);
    }
  });
});

describe('what is allowed', () => {
  it('takes a payment made by hand', async () => {
    const { required, jobId } = await payer.sign(execute(), program());
    const headers = await craftPayment(market, agent, required, { unitLimit: 60_000, microLamports: 50_000 });
    const before = await feePayerSol();
    const [answer] = await Promise.all([
      call('POST', execute(), program(), headers),
      (async () => node.answer(await node.nextJob()))(),
    ]);
    expect(answer).toMatchObject({ status: 200, body: { job_id: jobId } });
    expect(before - (await feePayerSol())).toBe(13_000);
    const [row] = await market.sql`select fee_lamports from x402_settlements where job_id = ${jobId}`;
    expect(row).toEqual({ fee_lamports: 13_000n });
  });
});

describe('limits', () => {
  it('lets a wallet have so many payments on their way, and no more', async () => {
    const wallet = await market.agent(5000, { lamports: 0n });
    const crowd = await createX402Payer(market, wallet);
    const signed = await Promise.all([1, 2, 3, 4].map(() => crowd.sign(execute(), program())));
    const async = (headers: Record<string, string>) => ({ ...headers, prefer: 'respond-async' });
    const [first, second, third, fourth] = signed;
    market.chain.faults.dropRate = 1;
    const held = [first, second, third].map((s) => s?.send({ headers: async(s.headers) }));
    try {
      await expect.poll(settlements).toHaveLength(4);
      const refused = await fourth?.send();
      expect(refused).toMatchObject({ status: 429, body: { code: 'X402_BUSY' } });
    } finally {
      market.chain.faults.dropRate = 0;
    }
    for (const answer of await Promise.all(held)) expect(answer?.status).toBe(202);
    await Promise.all([1, 2, 3].map(async () => node.answer(await node.nextJob())));
  });

  it('asks the chain about so many payments of an agent; a paid job is answered all the same', async () => {
    const paid = await payer.sign(execute(), program());
    const [answer] = await Promise.all([paid.send(), (async () => node.answer(await node.nextJob()))()]);
    expect(answer.status).toBe(200);
    const { required } = await payer.sign(execute(), program());
    const bad = await craftPayment(market, agent, required, { amount: 1n });
    const codes: string[] = [];
    for (let count = 0; count < CHECKS; count += 10) {
      const calls = Array.from({ length: 10 }, () => call('POST', execute(), program(), bad));
      codes.push(...(await Promise.all(calls)).map(({ body }) => body.code));
    }
    expect(codes.at(0)).toBe('X402_REFUSED');
    const refused = await call('POST', execute(), program(), bad);
    expect(refused).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED', limit: CHECKS } });
    expect((await paid.send()).status).toBe(200);
  });

  it('is not offered while the fee payer is poor; the memo still is', async () => {
    await node.kill();
    await market.close();
    market = await startMarket({ X402_MIN_LAMPORTS: '2000000000' });
    node = await connectWillingNode(market.router.url);
    const unpaid = await call('POST', execute(), program());
    expect(unpaid).toMatchObject({ status: 402, body: { code: 'PAYMENT_NOT_FOUND' } });
    expect(unpaid.headers.get('payment-required')).toBeNull();
    expect(unpaid.body.payment.memo).toBe(unpaid.body.job_id);
  });
});
