import { commitmentMemo, type JobId, sha256Hex } from '@watt/shared';
import { afterEach, describe, expect, test } from 'vitest';
import {
  createWatt,
  PaymentError,
  PriceExceededError,
  type ResumeTicket,
  type WattError,
  type WattOptions,
} from '../src/index.ts';
import { createScriptedPayer, type PayerScript } from './scripted-payer.ts';
import { type Scripted, type ScriptedRouter, startScriptedRouter } from './scripted-router.ts';
import { createFastRuntime, JOB, PAYMENT, PENDING, problem, SCRAPED, UNPAID, URL } from './watt-harness.ts';

let router: ScriptedRouter | null = null;
afterEach(async () => {
  await router?.close();
  router = null;
});

async function setUp(script: Scripted[], pays: PayerScript = {}, options: Partial<WattOptions> = {}) {
  router = await startScriptedRouter(script);
  const payer = createScriptedPayer(pays);
  const runtime = createFastRuntime();
  const watt = createWatt({ baseUrl: router.url, payer, runtime, ...options });
  return { router, payer, runtime, watt };
}

async function errorOf(work: Promise<unknown>): Promise<WattError> {
  return work.then(
    () => {
      throw new Error('The call should have failed');
    },
    (error) => error,
  );
}

const insufficient = {
  ...UNPAID,
  body: {
    ...UNPAID.body,
    code: 'PAYMENT_INSUFFICIENT',
    payment: { ...PAYMENT, received_base: '50000000', missing_base: '150000000' },
  },
};

describe('a call that ends well', () => {
  // [name, router's answers, payer's script, payments signed, sendings at least, requests]
  const cases: [string, Scripted[], PayerScript, number, number][] = [
    ['paid already', [SCRAPED], {}, 0, 0],
    ['asked, paid, asked again', [UNPAID, SCRAPED], {}, 1, 1],
    ['the router sees the payment late', [UNPAID, UNPAID, UNPAID, SCRAPED], {}, 1, 1],
    ['the router is unsure at first', [UNPAID, PENDING, PENDING, SCRAPED], {}, 1, 1],
    ['seen before the first call, not yet confirmed', [PENDING, SCRAPED], {}, 0, 0],
    ['the rest of a payment is missing', [insufficient, insufficient, SCRAPED], {}, 1, 1],
    ['the first call finds nobody', ['hang up', UNPAID, SCRAPED], {}, 1, 1],
    ['the answer of the paid call is lost', [UNPAID, 'hang up', 'hang up', SCRAPED], {}, 1, 1],
    [
      'the router restarts after the payment',
      [UNPAID, problem(503, 'UNAVAILABLE', { 'retry-after': '2' }), SCRAPED],
      {},
      1,
      1,
    ],
    [
      'the sending is lost on the way',
      [UNPAID, SCRAPED],
      { sends: ['lost'], statuses: ['pending', 'pending', 'confirmed'] },
      1,
      1,
    ],
    [
      'the chain’s endpoint is down for a while',
      [UNPAID, SCRAPED],
      { statuses: ['down', 'down', 'confirmed'] },
      1,
      1,
    ],
    [
      'confirmation takes half a minute',
      [UNPAID, SCRAPED],
      { statuses: [...Array(75).fill('pending'), 'confirmed'] },
      1,
      10,
    ],
    [
      'refused, but a copy had landed',
      [UNPAID, SCRAPED],
      { sends: [{ refused: 'already processed' }], statuses: ['confirmed'] },
      1,
      1,
    ],
    [
      'proven never to land, then signed anew',
      [UNPAID, SCRAPED],
      { statuses: ['pending', 'expired', 'confirmed'] },
      2,
      2,
    ],
  ];

  test.each(cases)('%s', async (_name, script, pays, signed, sentAtLeast) => {
    const { watt, payer, router } = await setUp(script, pays);
    const answer = await watt.scrape({ url: URL, job_id: JOB });
    expect(answer.data).toEqual({ title: 'Example' });
    expect([answer.jobId, answer.cost, answer.costBase, answer.burned]).toEqual([
      JOB,
      '200',
      200_000_000n,
      '0.3',
    ]);
    expect(payer.orders).toHaveLength(signed);
    expect(payer.sent.length).toBeGreaterThanOrEqual(sentAtLeast);
    expect(answer.paymentSignature).toBe(signed === 0 ? null : `signature ${signed}`);
    expect(router.left()).toBe(0);
    // Every attempt carries the same bytes, and every sending the same signature.
    expect(new Set(router.seen.map(({ body }) => body)).size).toBe(1);
    expect(new Set(payer.sent.map(({ signature }) => signature)).size).toBe(signed);
  });
});

describe('a call that fails', () => {
  const down: Scripted[] = Array(5).fill('hang up');
  // [name, answers, payer's script, code, payments signed, whether the error holds the payment]
  const cases: [string, Scripted[], PayerScript, string, number, boolean][] = [
    [
      'the request is refused before payment',
      [problem(400, 'INVALID_REQUEST')],
      {},
      'INVALID_REQUEST',
      0,
      false,
    ],
    ['the domain is blocked', [problem(403, 'DOMAIN_BLOCKED')], {}, 'DOMAIN_BLOCKED', 0, false],
    ['the id belongs to another request', [problem(409, 'JOB_ID_CONFLICT')], {}, 'JOB_ID_CONFLICT', 0, false],
    ['the job failed on the nodes', [UNPAID, problem(502, 'SCRAPE_FAILED')], {}, 'SCRAPE_FAILED', 1, true],
    ['no node', [UNPAID, problem(503, 'NO_NODE_AVAILABLE')], {}, 'NO_NODE_AVAILABLE', 1, true],
    [
      'the payment details are broken',
      [{ ...UNPAID, body: { ...UNPAID.body, payment: { ...PAYMENT, amount_base: '-1' } } }],
      {},
      'PAYMENT_NOT_FOUND',
      0,
      false,
    ],
    [
      'the chain refuses',
      [UNPAID],
      { sends: [{ refused: 'insufficient funds' }], statuses: ['pending'] },
      'PAYMENT_REFUSED',
      1,
      true,
    ],
    ['the payment fails on the chain', [UNPAID], { statuses: ['failed'] }, 'PAYMENT_FAILED', 1, false],
    ['no payment lands', [UNPAID], { statuses: ['expired'] }, 'PAYMENT_EXPIRED', 3, false],
    [
      'the router never sees the payment',
      [UNPAID, ...Array(400).fill(UNPAID)],
      {},
      'PAYMENT_NOT_FOUND',
      1,
      true,
    ],
    ['the router goes away after the payment', [UNPAID, ...down], {}, 'CONNECTION_FAILED', 1, true],
    [
      'a router that redirects',
      [{ status: 307, headers: { location: 'http://127.0.0.1:9/' } }],
      {},
      'UNEXPECTED_ANSWER',
      0,
      false,
    ],
    ['an answer that is no result', [{ status: 200, body: { hello: 1 } }], {}, 'UNEXPECTED_ANSWER', 0, false],
  ];

  test.each(cases)('%s', async (_name, script, pays, code, signed, holdsPayment) => {
    const { watt, payer, router } = await setUp(script, pays);
    const error = await errorOf(watt.scrape({ url: URL, job_id: JOB }));
    expect(error.code).toBe(code);
    expect(error.jobId).toBe(JOB);
    expect(error.fix).toMatch(/\.$/);
    expect(payer.orders).toHaveLength(signed);
    expect(error.ticket?.payment?.signature ?? null).toBe(holdsPayment ? `signature ${signed}` : null);
    expect(error.paymentSignature).toBe(error.ticket?.payment?.signature ?? null);
    expect(new Set(router.seen.map(({ body }) => body)).size).toBe(1);
  });
});

describe('what is paid', () => {
  test('a commitment to the body, by default', async () => {
    const { watt, payer, router } = await setUp([UNPAID, SCRAPED]);
    await watt.scrape({ url: URL, job_id: JOB });
    const memo = commitmentMemo(JOB as JobId, sha256Hex(router.seen[0]?.body ?? ''));
    expect(payer.orders).toEqual([
      {
        amountBase: 200_000_000n,
        payTo: PAYMENT.pay_to,
        tokenAccount: PAYMENT.token_account,
        mint: PAYMENT.mint,
        tokenProgram: PAYMENT.token_program,
        decimals: 6,
        memo,
        network: PAYMENT.network,
      },
    ]);
  });

  test('the plain job id, never the memo that the router names', async () => {
    const trap = {
      ...UNPAID,
      body: { ...UNPAID.body, payment: { ...PAYMENT, memo: 'somebody else’s job' } },
    };
    const { watt, payer } = await setUp([trap, SCRAPED], {}, { payWith: 'memo' });
    await watt.scrape({ url: URL, job_id: JOB.toUpperCase() });
    expect(payer.orders.map(({ memo }) => memo)).toEqual([JOB]);
  });

  test('only what is missing', async () => {
    const { watt, payer } = await setUp([insufficient, SCRAPED]);
    await watt.scrape({ url: URL });
    expect(payer.orders.map(({ amountBase }) => amountBase)).toEqual([150_000_000n]);
  });

  test.each([
    ['199.999999', false],
    ['200', true],
    ['0', false],
  ])('maxCost %s', async (maxCost, isPaid) => {
    const { watt, payer } = await setUp([UNPAID, SCRAPED]);
    const call = watt.scrape({ url: URL, job_id: JOB }, { maxCost });
    if (isPaid) return expect((await call).cost).toBe('200');
    const error = await errorOf(call);
    expect(error).toBeInstanceOf(PriceExceededError);
    expect(error).toMatchObject({ code: 'PRICE_EXCEEDED', price: '200', maxCost, ticket: { payment: null } });
    expect(payer.orders).toHaveLength(0);
  });

  test('nothing above 2000 WATT unless asked for', async () => {
    const dear = { ...UNPAID, body: { ...UNPAID.body, payment: { ...PAYMENT, amount_base: '2000000001' } } };
    const { watt, payer } = await setUp([dear]);
    expect((await errorOf(watt.scrape({ url: URL }))).code).toBe('PRICE_EXCEEDED');
    expect(payer.orders).toHaveLength(0);
  });

  test('nothing in another mint than the pinned one', async () => {
    const { watt, payer } = await setUp([UNPAID], {}, { mint: 'our mint' });
    expect((await errorOf(watt.scrape({ url: URL }))).code).toBe('WRONG_MINT');
    expect(payer.orders).toHaveLength(0);
  });

  test('without a wallet, the error says how to pay', async () => {
    router = await startScriptedRouter([UNPAID]);
    const watt = createWatt({ baseUrl: router.url });
    const error = await errorOf(watt.scrape({ url: URL, job_id: JOB }));
    expect(error).toBeInstanceOf(PaymentError);
    expect((error as PaymentError).payment).toEqual(PAYMENT);
    expect(error.fix).toBe('Pay.');
  });
});

describe('resume', () => {
  const body = JSON.stringify({ url: URL, job_id: JOB });
  const payment = {
    signature: 'first',
    transaction: 'AAAA',
    lastValidBlockHeight: 1,
    amountBase: '200000000',
    memo: 'm',
  };

  test('a ticket that went through JSON goes on with its payment', async () => {
    const tickets: ResumeTicket[] = [];
    const first = await setUp(
      [UNPAID, ...Array(5).fill('hang up')],
      {},
      { onTicket: (ticket) => void tickets.push(ticket) },
    );
    const error = await errorOf(first.watt.scrape({ url: URL, job_id: JOB }));
    expect(tickets).toEqual([error.ticket]);
    await first.router.close();

    const second = await setUp([UNPAID, SCRAPED]);
    const answer = await second.watt.resume(JSON.parse(JSON.stringify(tickets[0])));
    expect(answer.paymentSignature).toBe('signature 1');
    expect(second.payer.orders).toHaveLength(0);
    expect(second.router.seen.map(({ body }) => body)).toEqual([body, body]);
  });

  test('sends the same bytes again when the chain does not know them', async () => {
    const { watt, payer } = await setUp([UNPAID, SCRAPED], { statuses: ['pending', 'pending', 'confirmed'] });
    await watt.resume({ jobId: JOB, service: 'scrape', body, payment });
    expect(payer.orders).toHaveLength(0);
    expect(new Set(payer.sent)).toEqual(new Set([payment]));
  });

  test('pays anew only when the first payment is proven never to land', async () => {
    const { watt, payer } = await setUp([UNPAID, SCRAPED], { statuses: ['expired', 'confirmed'] });
    const answer = await watt.resume({ jobId: JOB, service: 'scrape', body, payment });
    expect(payer.orders).toHaveLength(1);
    expect(answer.paymentSignature).toBe('signature 1');
  });

  test('without a payment it waits for one, and never pays', async () => {
    const { watt, payer } = await setUp([UNPAID, UNPAID, SCRAPED]);
    await watt.resume({ jobId: JOB, service: 'scrape', body });
    expect(payer.orders).toHaveLength(0);
  });

  test('a ticket is stored before its payment is sent, or nothing is sent', async () => {
    const onTicket = () => Promise.reject(new Error('disk full'));
    const { watt, payer } = await setUp([UNPAID], {}, { onTicket });
    const error = await errorOf(watt.scrape({ url: URL }));
    expect(error.message).toBe('disk full');
    expect(payer.sent).toHaveLength(0);
  });
});

describe('time and abort', () => {
  test('the router has paymentLagMs to see a payment', async () => {
    const { watt, runtime } = await setUp([UNPAID, ...Array(400).fill(UNPAID)], {}, { paymentLagMs: 10_000 });
    await errorOf(watt.scrape({ url: URL }));
    expect(runtime.slept.reduce((sum, ms) => sum + ms, 0)).toBe(10_000);
  });

  test('an abort ends the waiting at once and keeps the payment', async () => {
    const controller = new AbortController();
    const { watt } = await setUp(
      [UNPAID, 'say nothing'],
      {},
      { onTicket: () => void setTimeout(() => controller.abort(), 50) },
    );
    const error = await errorOf(watt.scrape({ url: URL }, { signal: controller.signal }));
    expect(error).toMatchObject({ name: 'AbortError', code: 'ABORTED' });
    expect(error.paymentSignature).toBe('signature 1');
  });

  test('a call that was aborted before it began sends nothing', async () => {
    const { watt, router } = await setUp([SCRAPED]);
    const error = await errorOf(watt.scrape({ url: URL }, { signal: AbortSignal.abort() }));
    expect(error.code).toBe('ABORTED');
    expect(router.seen).toHaveLength(0);
  });

  test('timeoutMs limits the whole call', async () => {
    const { watt } = await setUp(['say nothing']);
    const error = await errorOf(watt.scrape({ url: URL, job_id: JOB }, { timeoutMs: 60 }));
    expect(error).toMatchObject({ name: 'JobTimeoutError', code: 'TIMEOUT', jobId: JOB });
  });

  test('a request that hangs is given up and sent again', async () => {
    const { watt } = await setUp(['say nothing', SCRAPED], {}, { requestTimeoutMs: 60 });
    expect((await watt.scrape({ url: URL })).cost).toBe('200');
  });
});
