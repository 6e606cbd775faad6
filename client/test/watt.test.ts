import {
  canonicalJson,
  createSigningKey,
  encodeFrame,
  type ReceiptFacts,
  sha256Hex,
  signReceipt,
  splitFrame,
} from '@watt/shared';
import { afterEach, describe, expect, test } from 'vitest';
import { createWatt, JobFailedError, RateLimitError, verifyReceipt, type WattError } from '../src/index.ts';
import { type Scripted, type ScriptedRouter, startScriptedRouter } from './scripted-router.ts';
import { createFastRuntime, JOB, jobView, PAYMENT, problem, SCRAPED, URL } from './watt-harness.ts';

let router: ScriptedRouter | null = null;
afterEach(async () => {
  await router?.close();
  router = null;
});

async function setUp(...script: Scripted[]) {
  router = await startScriptedRouter(script);
  const runtime = createFastRuntime();
  return { router, runtime, watt: createWatt({ baseUrl: `${router.url}/`, runtime }) };
}

async function errorOf(work: Promise<unknown>): Promise<WattError> {
  return work.then(
    () => {
      throw new Error('The call should have failed');
    },
    (error) => error,
  );
}

describe('retries', () => {
  const job = jobView('running');
  // [name, answers, waits between them or null for whatever the back-off says]
  const cases: [string, Scripted[], number[] | null][] = [
    ['none when all is well', [job], []],
    ['a connection that breaks', ['hang up', job], [250]],
    ['408', [problem(408, 'REQUEST_TIMEOUT'), job], [250]],
    ['429 with Retry-After', [problem(429, 'RATE_LIMITED', { 'retry-after': '7' }), job], [7_000]],
    [
      '503 with Retry-After of a minute',
      [problem(503, 'UNAVAILABLE', { 'retry-after': '60' }), job],
      [60_000],
    ],
    [
      '500, 502 and 504, ever more slowly',
      [problem(500, 'INTERNAL'), { status: 502 }, { status: 504 }, job],
      [250, 500, 1_000],
    ],
    ['four times', [...Array(4).fill('hang up'), job], [250, 500, 1_000, 2_000]],
  ];
  test.each(cases)('%s', async (_name, script, waits) => {
    const { watt, router, runtime } = await setUp(...script);
    expect((await watt.job(JOB)).state).toBe('running');
    expect(runtime.slept).toEqual(waits);
    expect(router.left()).toBe(0);
  });

  test.each<[number, string, string, Record<string, string>, number]>([
    [404, 'JOB_NOT_FOUND', 'RequestError', {}, 1],
    [429, 'RATE_LIMITED', 'RateLimitError', { 'retry-after': '61' }, 1],
    [429, 'RATE_LIMITED', 'RateLimitError', { 'retry-after': '1' }, 5],
    [502, 'NODE_FAILED', 'JobFailedError', {}, 1],
    [500, 'INTERNAL', 'WattError', {}, 5],
  ])('%d %s becomes %s', async (status, code, name, headers, requests) => {
    const { watt, router } = await setUp(...Array(6).fill(problem(status, code, headers)));
    const error = await errorOf(watt.job(JOB));
    expect(error).toMatchObject({
      name,
      code,
      status,
      jobId: JOB,
      message: `about ${code}`,
      fix: `Mend ${code}.`,
    });
    expect(error.body).toMatchObject({ success: false, code });
    expect(router.seen).toHaveLength(requests);
    if (error instanceof RateLimitError)
      expect(error.retryAfterMs).toBe(Number(headers['retry-after']) * 1_000);
  });

  test('nobody listens', async () => {
    const { watt, router } = await setUp();
    await router.close();
    expect(await errorOf(watt.job(JOB))).toMatchObject({
      name: 'ConnectionError',
      code: 'CONNECTION_FAILED',
      status: null,
    });
  });
});

describe('waitForJob', () => {
  test('polls until the job has ended', async () => {
    const { watt, router } = await setUp(
      jobView('queued'),
      jobView('running'),
      jobView('running'),
      jobView('failed'),
    );
    expect((await watt.waitForJob(JOB)).state).toBe('failed');
    expect(router.seen.map(({ method, path }) => `${method} ${path}`)).toEqual(
      Array(4).fill(`GET /api/v1/jobs/${JOB}`),
    );
  });

  test('gives up when the time is over', async () => {
    router = await startScriptedRouter(Array(50).fill(jobView('running')));
    const watt = createWatt({ baseUrl: router.url });
    expect(await errorOf(watt.waitForJob(JOB, { timeoutMs: 100 }))).toMatchObject({
      name: 'JobTimeoutError',
      jobId: JOB,
    });
  });

  test('can be aborted while it sleeps', async () => {
    router = await startScriptedRouter(Array(50).fill(jobView('running')));
    const controller = new AbortController();
    const sleep = (_ms: number, signal: AbortSignal) =>
      new Promise<void>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        controller.abort();
      });
    const watt = createWatt({ baseUrl: router.url, runtime: { ...createFastRuntime(), sleep } });
    const error = await errorOf(watt.waitForJob(JOB, { signal: controller.signal }));
    expect(error.code).toBe('ABORTED');
  });

  test('an id that is no UUID never leaves', async () => {
    const { watt, router } = await setUp();
    expect((await errorOf(watt.job('../../admin'))).message).toMatch('is not a UUID');
    expect(router.seen).toHaveLength(0);
  });
});

describe('a job that runs on', () => {
  const queued = {
    status: 202,
    body: { success: true, job_id: JOB, state: 'queued', status_url: '/x', retry_after_seconds: 1 },
  };

  test('is waited for', async () => {
    const { watt } = await setUp(queued, jobView('running'), jobView('succeeded', SCRAPED.body));
    expect((await watt.scrape({ url: URL, job_id: JOB })).data).toEqual({ title: 'Example' });
  });

  test.each([
    [
      'failed',
      { success: false, code: 'SCRAPE_FAILED', error: 'the address does not answer' },
      'SCRAPE_FAILED',
    ],
    ['failed', undefined, 'NODE_FAILED'],
    ['expired', undefined, 'JOB_EXPIRED'],
  ])('and %s', async (state, result, code) => {
    const { watt } = await setUp(queued, jobView(state, result));
    const error = await errorOf(watt.scrape({ url: URL, job_id: JOB }));
    expect(error).toBeInstanceOf(JobFailedError);
    expect(error).toMatchObject({ code, jobId: JOB });
  });
});

describe('answers', () => {
  const metadata = { language: 'python', execution_ms: 45, memory_used_mb: 12 };
  const executed = (more: object) => ({
    status: 200,
    body: { success: true, job_id: JOB, metadata, watt_charged: 500, watt_burned: 0.75, ...more },
  });

  test('a program that ends well', async () => {
    const { watt, router } = await setUp(
      executed({ output: { stdout: 'Hello\n', stderr: '', exit_code: 0 } }),
    );
    const answer = await watt.runCode({ language: 'python', code: "print('Hello')", job_id: JOB });
    expect(answer).toMatchObject({
      ok: true,
      code: null,
      stdout: 'Hello\n',
      stderr: '',
      exitCode: 0,
      cost: '500',
      burned: '0.75',
      metadata,
    });
    expect(router.seen[0]).toEqual({
      method: 'POST',
      path: '/api/v1/execute',
      body: JSON.stringify({ language: 'python', code: "print('Hello')", job_id: JOB }),
    });
  });

  test.each([
    ['EXECUTION_ERROR', 1],
    ['EXECUTION_TIMEOUT', null],
  ])('a program that ends with %s is an answer', async (code, exit_code) => {
    const { watt } = await setUp(
      executed({ success: false, code, error: 'x', output: { stdout: 'a', stderr: 'b', exit_code } }),
    );
    const answer = await watt.runCode({ language: 'bash', code: 'false' });
    expect(answer).toMatchObject({
      ok: false,
      code,
      exitCode: exit_code,
      stdout: 'a',
      stderr: 'b',
      cost: '500',
    });
  });

  test('a screenshot comes as bytes', async () => {
    const bytes = Buffer.from('picture');
    const screenshot = {
      content_type: 'image/png',
      sha256: sha256Hex(bytes),
      size_bytes: bytes.length,
      base64: bytes.toString('base64'),
      width: 800,
      height: 600,
    };
    const { watt } = await setUp({ ...SCRAPED, body: { ...SCRAPED.body, data: { screenshot } } });
    const answer = await watt.scrape({ url: URL, options: { screenshots: true } });
    expect(answer.screenshot).toEqual({
      contentType: 'image/png',
      bytes: Uint8Array.from(bytes),
      sha256: screenshot.sha256,
      width: 800,
      height: 600,
    });
  });

  test('a copy with its age, and a page that was scraped', async () => {
    const cache = { hit: true, age_seconds: 42, made_at: '2026-01-01T00:00:00.000Z' };
    const { watt } = await setUp({ ...SCRAPED, body: { ...SCRAPED.body, cache } });
    expect((await watt.scrape({ url: URL, options: { max_age: 60 } })).cachedAge).toBe(42);
    const { watt: other } = await setUp({ ...SCRAPED, body: { ...SCRAPED.body, cache: { hit: false } } });
    expect((await other.scrape({ url: URL, options: { max_age: 60 } })).cachedAge).toBeNull();
  });

  test('a quote', async () => {
    const quote = {
      success: true,
      service: 'scrape',
      watt: 200,
      price_base: '200000000',
      breakdown: [],
      watt_burned: 0.3,
      payment: PAYMENT,
    };
    const { watt, router } = await setUp({ status: 200, body: quote });
    expect(await watt.quote('scrape', { url: URL })).toEqual(quote);
    expect(router.seen[0]).toMatchObject({
      path: '/api/v1/quote',
      body: JSON.stringify({ service: 'scrape', request: { url: URL } }),
    });
  });
});

describe('verify', () => {
  const routerKey = createSigningKey();
  const node = createSigningKey();

  function receiptFor(body: string, jobId = JOB) {
    const payload = canonicalJson({
      success: true,
      data: SCRAPED.body.data,
      metadata: SCRAPED.body.metadata,
    });
    const ids = {
      attempt_id: '11111111-1111-4111-8111-111111111111',
      job_id: jobId,
      service: 'scrape' as const,
    };
    const request_sha256 = sha256Hex(body);
    const header = {
      ...{ type: 'result', session: 's'.repeat(43), seq: 1, node: node.publicKey, ...ids, request_sha256 },
      ...{ outcome: 'completed', retryable: false, started_at: 1, finished_at: 2, artifacts: [] },
    };
    const frame = splitFrame(encodeFrame(node, header, payload));
    if (!frame) throw new Error('not a frame');
    const facts: ReceiptFacts = {
      ...{ version: 1, ...ids, settlement: 'captured', request_sha256, result_sha256: sha256Hex(payload) },
      ...{
        price: '200000000',
        charged: '200000000',
        node_share: '140000000',
        burned: '300000',
        revenue: '59700000',
      },
      ...{
        payer: null,
        payment_signatures: [],
        mint: 'm',
        pay_to: 'p',
        node: node.publicKey,
        router: routerKey.publicKey,
      },
      finished_at: '2026-01-01T00:00:00.000Z',
    };
    return {
      status: 200,
      body: signReceipt(routerKey, facts, { text: frame.header, signature: frame.signature }),
    };
  }
  const pricing = { status: 200, body: { success: true, router: routerKey.publicKey } };
  const body = JSON.stringify({ url: URL, job_id: JOB });

  test('an answer against its receipt, and offline again', async () => {
    const { watt } = await setUp(SCRAPED, receiptFor(body), pricing, receiptFor(body));
    const answer = await watt.scrape({ url: URL, job_id: JOB });
    const check = await watt.verify(answer);
    expect(check).toMatchObject({ valid: true, facts: { job_id: JOB, charged: '200000000' } });
    expect(verifyReceipt(check.receipt, { router: routerKey.publicKey, requestBody: body }).valid).toBe(true);
    // The router's key is asked for once.
    expect((await watt.verify({ jobId: JOB })).valid).toBe(true);
  });

  test.each([
    ['another request', receiptFor(`${body} `), 'the receipt is for another request'],
    [
      'another job',
      receiptFor(body, '22222222-2222-4222-8222-222222222222'),
      'the receipt is for another job',
    ],
  ])('a receipt for %s', async (_name, receipt, fault) => {
    const { watt } = await setUp(SCRAPED, receipt, pricing);
    const answer = await watt.scrape({ url: URL, job_id: JOB });
    expect(await watt.verify(answer)).toMatchObject({ valid: false, fault });
  });

  test('a result that was changed on the way', async () => {
    const { watt } = await setUp(
      { ...SCRAPED, body: { ...SCRAPED.body, data: { title: 'Exampel' } } },
      receiptFor(body),
      pricing,
    );
    const answer = await watt.scrape({ url: URL, job_id: JOB });
    expect(await watt.verify(answer)).toMatchObject({
      valid: false,
      fault: 'the receipt is for another result',
    });
  });

  test('against a pinned key, whatever the router says', async () => {
    router = await startScriptedRouter([receiptFor(body)]);
    const watt = createWatt({ baseUrl: router.url, routerKey: createSigningKey().publicKey });
    expect(await watt.verify({ jobId: JOB })).toMatchObject({ valid: false });
  });
});

test.each([
  [{ wallet: new Uint8Array(64) }, 'rpcUrl'],
  [{ maxCost: '1e3' }, 'maxCost'],
])('options that do not fit: %j', (options, named) => {
  expect(() => createWatt({ baseUrl: 'http://127.0.0.1:9', ...options })).toThrow(named);
});
