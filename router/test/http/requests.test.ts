import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from './expect-problem.ts';
import { startServer, type TestServer } from './start-server.ts';

let server: TestServer;
const url = 'https://example.com/page';
const program = { language: 'python', code: 'print(1)' };

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const get = (path: string) => server.send('GET', path);
const post = (path: string, body: string | Buffer | object, headers?: Record<string, string>) =>
  server.send('POST', path, body, headers);

describe('what is no request that can be read', () => {
  it('long headers: 400 as a problem', async () => {
    const headers = { 'payment-signature': 'A'.repeat(20_000) };
    const problem = expectProblem(await post('/api/v1/execute', program, headers), 400, 'INVALID_REQUEST');
    expect(problem['detail']).toContain('headers');
  });

  it('no HTTP: 400 as a problem, and the connection is closed', async () => {
    const { hostname, port } = new URL(server.router.url);
    const socket = connect(Number(port), hostname);
    socket.end('no request\r\n\r\n');
    const answer = (await socket.setEncoding('utf8').toArray()).join('');
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*application\/problem\+json.*"code":"INVALID_REQUEST"/s);
  });
});

describe('a body that cannot be read', () => {
  const deep = `${'['.repeat(500_000)}${']'.repeat(500_000)}`;
  it.each([
    ['nothing', '', 'body'],
    ['no JSON', '{"url":', 'body'],
    ['NaN', '{"timeout": NaN}', 'body'],
    ['a comment', '{"url": "https://e.com/" /* ours */}', 'body'],
    ['a list', '[]', 'body'],
    ['null', 'null', 'body'],
    ['a number', '1e999', 'body'],
    ['UTF-16', Buffer.from('{"url":"https://e.com/"}', 'utf16le'), 'body'],
    [
      'invalid UTF-8',
      Buffer.concat([Buffer.from('{"url":"https://e.com/'), Buffer.from([0xff]), Buffer.from('"}')]),
      'body',
    ],
    ['half a pair in UTF-8', Buffer.from('{"url":"https://e.com/\xed\xa0\x80"}', 'latin1'), 'body'],
    ['half a pair, escaped', '{"url":"https://e.com/\\ud800"}', 'url'],
    ['NUL, escaped', '{"url":"https://e.com/\\u0000"}', 'url'],
    ['NUL in a selector’s name', `{"url":"${url}","selectors":{"\\u0000":"h1"}}`, 'selectors'],
    ['NUL in a selector', `{"url":"${url}","selectors":{"a":"h1\\u0000"}}`, 'selectors.a'],
    ['deep nesting', deep, 'body'],
    ['deep nesting in a field', `{"url":${deep}}`, 'url'],
    ['an endless number', `{"url":"${url}","options":{"timeout":1e999}}`, 'options.timeout'],
    ['a prototype', `{"url":"${url}","__proto__":{"job_id":"x"}}`, '__proto__'],
    ['the last of two members', `{"url":"${url}","url":5}`, 'url'],
  ])('%s: 400 with the field and the fix', async (_, body, field) => {
    const problem = expectProblem(await post('/api/v1/scrape', body), 400, 'INVALID_REQUEST');
    expect(problem['errors']).toMatchObject([
      { field, message: expect.any(String), fix: expect.any(String) },
    ]);
  });

  it.each([
    ['NUL', `{"language":"python","code":"print(1)\\u0000"}`],
    ['half a pair', `{"language":"python","code":"print('\\ud800')"}`],
  ])('code with %s: 400', async (_, body) => {
    const problem = expectProblem(await post('/api/v1/execute', body), 400, 'INVALID_REQUEST');
    expect(problem['errors']).toMatchObject([{ field: 'code' }]);
  });

  it('without a body and without a type: 400', async () => {
    for (const path of ['/api/v1/scrape', '/api/v1/execute', '/api/v1/quote']) {
      const problem = expectProblem(await server.send('POST', path), 400, 'INVALID_REQUEST');
      expect(problem['errors']).toMatchObject([{ field: 'body', message: 'is missing' }]);
    }
  });

  it('that needs no body may say of which type it would be', async () => {
    const id = '00000000-0000-4000-8000-000000000000';
    const typed = { 'content-type': 'application/json' };
    expectProblem(await server.send('DELETE', `/api/v1/sessions/${id}`, '', typed), 404, 'JOB_NOT_FOUND');
    const problem = expectProblem(
      await server.send('POST', '/api/v1/quote', '', typed),
      400,
      'INVALID_REQUEST',
    );
    expect(problem['errors']).toMatchObject([{ field: 'body', message: 'is missing' }]);
  });

  it('over 2 MiB: 413, and up to it the body is read', async () => {
    const code = 'x'.repeat(2 * 1024 * 1024);
    expectProblem(await post('/api/v1/execute', { ...program, code }), 413, 'BODY_TOO_LARGE');
    const padded = `${JSON.stringify(program)}${' '.repeat(2 * 1024 * 1024 - JSON.stringify(program).length)}`;
    expectProblem(await post('/api/v1/execute', padded), 402, 'PAYMENT_NOT_FOUND');
  });

  it.each(['text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'nonsense'])(
    'of type %s: 415',
    async (type) => {
      const response = await post('/api/v1/scrape', JSON.stringify({ url }), { 'content-type': type });
      expectProblem(response, 415, 'UNSUPPORTED_MEDIA_TYPE');
    },
  );

  it('JSON with a charset, and with a byte order mark, is JSON', async () => {
    const type = { 'content-type': 'application/json; charset=utf-8' };
    const bom = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(JSON.stringify(program))]);
    expectProblem(await post('/api/v1/execute', JSON.stringify(program), type), 402, 'PAYMENT_NOT_FOUND');
    expectProblem(await post('/api/v1/execute', bom), 402, 'PAYMENT_NOT_FOUND');
  });
});

describe('paths and methods', () => {
  it.each(['/', '/api', '/api/v1', '/api/v1/nothing', '/api/v1/scrape/', '/api/v2/scrape', '/%00'])(
    '%s: 404',
    async (path) => {
      expectProblem(await get(path), 404, 'NOT_FOUND');
    },
  );

  it('says which path there is not, without its query', async () => {
    const problem = expectProblem(await get('/secret?token=abc'), 404, 'NOT_FOUND');
    expect(problem['error']).toBe('GET /secret does not exist');
  });

  it.each([
    ['GET', '/api/v1/scrape', 'POST'],
    ['PUT', '/api/v1/execute', 'POST'],
    ['GET', '/api/v1/quote', 'POST'],
    ['POST', '/api/v1/pricing', 'GET, HEAD'],
    ['DELETE', `/api/v1/jobs/${randomUUID()}`, 'GET, HEAD'],
    ['PATCH', `/api/v1/jobs/${randomUUID()}/receipt`, 'GET, HEAD'],
    ['POST', '/api/v1/nodes', 'GET, HEAD'],
    ['POST', '/health', 'GET, HEAD'],
    ['OPTIONS', '/api/v1/stats', 'GET, HEAD'],
  ] as const)('%s %s: 405 with Allow, whatever the body', async (method, path, allow) => {
    const response = await server.send(method, path, 'x', { 'content-type': 'x/y' });
    expectProblem(response, 405, 'METHOD_NOT_ALLOWED');
    expect(response.headers['allow']).toBe(allow);
  });

  it.each(['/health', '/ready', '/api/v1/pricing', '/api/v1/stats', '/api/v1/nodes'])(
    'HEAD %s has the status of GET and no body',
    async (path) => {
      const [head, full] = [await server.send('HEAD', path), await get(path)];
      expect(head.status).toBe(full.status);
      expect(head.text).toBe('');
    },
  );

  it.each([
    ['no UUID', 'one'],
    ['NUL', '%00'],
    ['a path in it', '..%2F..%2Fetc%2Fpasswd'],
    ['a quote', "1'%20or%20'1'='1"],
    ['a long one', 'a'.repeat(900)],
    ['a UUID nobody has', randomUUID()],
  ])('the job %s: 404', async (_, id) => {
    expectProblem(await get(`/api/v1/jobs/${id}`), 404, 'JOB_NOT_FOUND');
    expectProblem(await get(`/api/v1/jobs/${id}/receipt`), 404, 'JOB_NOT_FOUND');
  });

  it('an address that cannot be decoded: 400, and an endless one: a refusal', async () => {
    expectProblem(await get('/api/v1/jobs/%E0%A4%A'), 400, 'INVALID_REQUEST');
    const endless = await get(`/api/v1/jobs/${'a'.repeat(5000)}`);
    expect(endless.status).toBeGreaterThanOrEqual(400);
    expect(endless.status).toBeLessThan(500);
    expect(endless.json).toMatchObject({ success: false });
  });

  it('a node that is not: 404', async () => {
    for (const id of ['x', '%00', 'a'.repeat(44), '11111111111111111111111111111111']) {
      expectProblem(await get(`/api/v1/nodes/${id}`), 404, 'NODE_NOT_FOUND');
    }
  });
});

describe('screening before payment', () => {
  it.each([
    'http://localhost/',
    'http://127.0.0.1/',
    'http://0x7f.1/',
    'http://[::1]/',
    'https://www.nasa.gov/',
  ])('%s: 403, and no job', async (blocked) => {
    const jobId = randomUUID();
    const response = await post('/api/v1/scrape', { url: blocked, job_id: jobId });
    expect(expectProblem(response, 403, 'DOMAIN_BLOCKED')['payment']).toBeUndefined();
    expectProblem(await get(`/api/v1/jobs/${jobId}`), 404, 'JOB_NOT_FOUND');
  });
});
