import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { createSigningKey } from '@watt/shared';
import pino from 'pino';
import { expect, it } from 'vitest';
import { expectProblem } from './expect-problem.ts';
import { startServer, type TestServer } from './start-server.ts';

const program = { language: 'python', code: 'print(1)' };
const execute = (server: TestServer, body: object, headers?: Record<string, string>) =>
  server.send('POST', '/api/v1/execute', body, headers);

it('answers 429 before payment, says when to come again, and lets a known job pass', async () => {
  await using server = await startServer({ RATE_LIMIT_EXECUTE_PER_HOUR: '2', TRUST_PROXY: 'true' });
  const from = (forwarded: string) => ({ 'x-forwarded-for': forwarded });
  const known = randomUUID();
  expectProblem(
    await execute(server, { ...program, job_id: known }, from('192.0.2.1')),
    402,
    'PAYMENT_NOT_FOUND',
  );
  expectProblem(await execute(server, program, from('192.0.2.1')), 402, 'PAYMENT_NOT_FOUND');
  // Whoever writes other addresses in front is still who the proxy saw.
  const refused = await execute(server, program, from('198.51.100.9, 192.0.2.1'));
  const problem = expectProblem(refused, 429, 'RATE_LIMITED');
  expect(problem).toMatchObject({ limit: 2, per: 'agent', window_seconds: 3600 });
  expect(problem).not.toHaveProperty('payment');
  const seconds = Number(refused.headers['retry-after']);
  expect(seconds).toBeGreaterThan(3500);
  expect(seconds).toBeLessThanOrEqual(3600);
  expect(problem['retry_after_seconds']).toBe(seconds);
  expect(refused.headers).toMatchObject({
    ratelimit: `"agent";r=0;t=${seconds}`,
    'ratelimit-policy': '"agent";q=2;w=3600',
  });

  expectProblem(
    await execute(server, { ...program, job_id: known }, from('192.0.2.1')),
    402,
    'PAYMENT_NOT_FOUND',
  );
  expectProblem(await execute(server, program, from('192.0.2.2')), 402, 'PAYMENT_NOT_FOUND');
  const quote = { service: 'execute', request: program };
  expect((await server.send('POST', '/api/v1/quote', quote, from('192.0.2.1'))).status).toBe(200);
});

it('believes no forwarded address without a proxy', async () => {
  await using server = await startServer({ RATE_LIMIT_EXECUTE_PER_HOUR: '1' });
  expectProblem(await execute(server, program, { 'x-forwarded-for': '192.0.2.1' }), 402, 'PAYMENT_NOT_FOUND');
  expectProblem(await execute(server, program, { 'x-forwarded-for': '192.0.2.2' }), 429, 'RATE_LIMITED');
});

it('counts an address by itself, whatever its fragment and who calls', async () => {
  await using server = await startServer({ RATE_LIMIT_URL_PER_HOUR: '1', TRUST_PROXY: 'true' });
  const scrape = (url: string, agent: string) =>
    server.send('POST', '/api/v1/scrape', { url }, { 'x-forwarded-for': agent });
  expect((await scrape('https://example.com/a', '192.0.2.1')).status).toBe(402);
  const refused = await scrape('https://EXAMPLE.com/a#b', '192.0.2.2');
  expect(expectProblem(refused, 429, 'RATE_LIMITED')).toMatchObject({ per: 'URL' });
  expect((await scrape('https://example.com/b', '192.0.2.2')).status).toBe(402);
});

it('without a database: 503, no word of why, and alive all the same', async () => {
  const lines: string[] = [];
  const logger = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
  await using server = await startServer({}, logger);
  expect((await server.send('GET', '/health')).json).toMatchObject({ success: true, status: 'ok' });
  await expect.poll(async () => (await server.send('GET', '/ready')).status).toBe(200);
  expect((await server.send('GET', '/ready')).json).toMatchObject({
    success: true,
    status: 'ready',
    database: 'ok',
    chain: 'ok',
    nodes: 0,
  });

  await server.router.context.database.close();
  const ready = await server.send('GET', '/ready');
  expect(ready.status).toBe(503);
  expect(ready.json).toMatchObject({
    success: false,
    code: 'UNAVAILABLE',
    database: 'does not answer',
    chain: expect.any(String),
  });
  expect((await server.send('GET', '/health')).status).toBe(200);

  for (const path of [`/api/v1/jobs/${randomUUID()}`, '/api/v1/nodes', '/api/v1/stats']) {
    const response = await server.send('GET', path);
    expect(response.status).toBe(503);
    const { code } = response.json;
    expect(code).toBe('UNAVAILABLE');
    expectProblem(response, response.status, code);
    expect(response.text).not.toMatch(/postgres|CONNECTION|select|stack|\.ts/i);
  }
  expect(lines.join('')).toContain('CONNECTION_ENDED');
});

it('stays up under calls that are not HTTP', async () => {
  await using server = await startServer();
  const port = Number(new URL(server.router.url).port);
  const raw = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(text));
      let answer = '';
      socket.setTimeout(60_000, () => socket.destroy(new Error('no answer')));
      socket.on('data', (part) => {
        answer += part;
      });
      socket.once('error', (error: NodeJS.ErrnoException) =>
        error.code === 'ECONNRESET' ? resolve(answer) : reject(error),
      );
      socket.once('close', () => resolve(answer));
    });
  const host = 'Host: x\r\nConnection: close\r\n';
  expect(await raw(`GET /health HTTP/1.1\r\n${host}X-Large: ${'x'.repeat(100_000)}\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 400 /,
  );
  expect(await raw('nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  expect(await raw(`POST /api/v1/quote HTTP/1.1\r\n${host}Content-Length: x\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 400 /,
  );
  expect(
    await raw(
      `POST /api/v1/quote HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ),
  ).toMatch(/^HTTP\/1\.1 400 /);
  const chunked = `Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
  expect(await raw(`POST /api/v1/quote HTTP/1.1\r\n${host}${chunked}2\r\n{}\r\n0\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 400 .*"service"/s,
  );
  expect(await raw(`GET /health HTTP/1.1\r\n${host}\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
});

it('stops although a call waits, and tells that call where to ask', async () => {
  const server = await startServer();
  const jobId = randomUUID();
  server.solana.pay({ from: createSigningKey().publicKey, amount: 500_000_000n, memo: jobId });
  const waiting = execute(server, { ...program, job_id: jobId });
  await expect
    .poll(async () => (await server.send('GET', `/api/v1/jobs/${jobId}`)).json.state)
    .toBe('queued');
  await server[Symbol.asyncDispose]();
  expect((await waiting).json).toMatchObject({ job_id: jobId, status_url: `/api/v1/jobs/${jobId}` });
});
