import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { EgressJob } from '../../src/guard/egress-job.ts';
import { createEgressProxy, type EgressProxy } from '../../src/guard/egress-proxy.ts';
import { createGuard } from '../../src/guard/guard.ts';
import { bytesPage, startWebSite, type WebSite } from '../scrape/web-site.ts';
import { strictRules } from './guard-rules.ts';

let site: WebSite;
let proxy: EgressProxy;

beforeAll(async () => {
  site = await startWebSite({
    '/': (request, response) => response.end(JSON.stringify(request.headers)),
    '/big': bytesPage('x'.repeat(300_000)),
  });
  proxy = await createEgressProxy(
    createGuard(strictRules({ allowPrivate: [{ host: '127.0.0.1', port: site.port }] })),
  );
});
afterAll(async () => {
  await proxy?.close();
  await site?.close();
});

/** One request through the proxy, as the browser sends it. */
function get(url: string, headers: Record<string, string>): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(proxy.url);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { hostname, port, path: url, headers: { host: 'lie.test', ...headers } },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          body += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body })).on('error', reject);
      },
    );
    request.on('error', reject).end();
  });
}

/** Sends bytes to the proxy and returns what comes back until it hangs up or falls silent. */
function talk(text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket: Socket = connect(Number(new URL(proxy.url).port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (data) => {
      answer += data.toString('latin1');
    });
    socket.setTimeout(1_000, () => socket.destroy());
    socket.on('error', () => undefined).on('close', () => resolve(answer));
  });
}

function openJob(maxBytes = 1_000_000): EgressJob {
  return proxy.openJob({ maxBytes });
}

test('without the password of an open job nothing is served', async () => {
  const job = openJob();
  proxy.closeJob(job);
  expect(await get(`${site.origin}/`, {})).toMatchObject({ status: 407 });
  expect(await get(`${site.origin}/`, { 'proxy-authorization': 'Basic eDp5' })).toMatchObject({
    status: 407,
  });
  expect(await get(`${site.origin}/`, { 'proxy-authorization': job.authorization })).toMatchObject({
    status: 407,
  });
  expect(await talk(`CONNECT 127.0.0.1:${site.port} HTTP/1.1\r\n\r\n`)).toMatch(/^HTTP\/1.1 407 /);
  expect(site.requests).toEqual([]);
});

test('a request is forwarded with its own host and without what belongs to the proxy', async () => {
  const job = openJob();
  const headers = {
    'proxy-authorization': job.authorization,
    connection: 'x-secret',
    'x-secret': '1',
    upgrade: 'websocket',
  };
  const { status, body } = await get(`${site.origin}/`, headers);
  expect(status).toBe(200);
  expect(JSON.parse(body)).toMatchObject({ host: `127.0.0.1:${site.port}` });
  expect(body).not.toMatch(/proxy-authorization|x-secret|upgrade/);
  proxy.closeJob(job);
});

test.each([
  '127.0.0.1:1',
  '[::1]:80',
  '10.0.0.1:443',
  'localhost:80',
  '169.254.169.254:80',
  'unknown.test:80',
  '93.184.216.34:25',
])('CONNECT and GET to %s get the same empty 502', async (target) => {
  const job = openJob();
  const auth = job.authorization;
  expect(await talk(`CONNECT ${target} HTTP/1.1\r\nProxy-Authorization: ${auth}\r\n\r\n`)).toBe(
    'HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
  );
  expect(await get(`http://${target}/`, { 'proxy-authorization': auth })).toEqual({ status: 502, body: '' });
  expect(job.failures.length).toBe(2);
  proxy.closeJob(job);
});

test.each(['https://127.0.0.1/', 'ftp://127.0.0.1/', '/', 'http://', 'file:///etc/passwd'])(
  'GET %s is no request for a proxy',
  async (url) => {
    const job = openJob();
    expect(await get(url, { 'proxy-authorization': job.authorization })).toMatchObject({ status: 502 });
    proxy.closeJob(job);
  },
);

test('a tunnel carries bytes both ways and ends with its job', async () => {
  const job = openJob();
  const open = `CONNECT 127.0.0.1:${site.port} HTTP/1.1\r\nProxy-Authorization: ${job.authorization}\r\n\r\n`;
  // The first bytes of the tunnel come in one piece with the CONNECT.
  const answer = await talk(`${open}GET / HTTP/1.1\r\nHost: inner\r\nConnection: close\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1.1 200 Connection established\r\n\r\nHTTP\/1.1 200 OK/);
  expect(answer).toContain('"host":"inner"');
  expect(job.bytes).toBeGreaterThan(100);
  const silent = talk(open);
  await vi.waitFor(() => expect(site.openSockets()).toBe(1), { timeout: 10_000 });
  proxy.closeJob(job);
  expect(await silent).toMatch(/200 Connection established/);
  await vi.waitFor(() => expect(site.openSockets()).toBe(0), { timeout: 10_000 });
});

test('who resets a connection without a password, as a browser that is killed, breaks nothing', async () => {
  const reset = () =>
    new Promise<void>((resolve) => {
      const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1', () => {
        socket.write('CONNECT site.test:443 HTTP/1.1\r\n\r\n');
      });
      socket.on('error', () => undefined).on('close', () => resolve());
      socket.once('data', () => socket.resetAndDestroy());
    });
  await Promise.all(Array.from({ length: 20 }, reset));
  const job = openJob();
  const headers = { 'proxy-authorization': job.authorization, connection: 'close' };
  expect(await get(`${site.origin}/`, headers)).toMatchObject({ status: 200 });
  proxy.closeJob(job);
});

test('a job that passes its quota is cut off', async () => {
  const job = openJob(100_000);
  const auth = { 'proxy-authorization': job.authorization };
  await expect(get(`${site.origin}/big`, auth)).rejects.toThrow();
  expect(job.isOverQuota).toBe(true);
  await expect(get(`${site.origin}/`, auth)).rejects.toThrow();
  proxy.closeJob(job);
});
