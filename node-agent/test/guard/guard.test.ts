import type { LookupAddress } from 'node:dns';
import { createServer, type Server } from 'node:net';
import { DEFAULT_WEB_PORTS, parseDomainPatterns } from '@watt/shared';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGuard, type GuardOptions } from '../../src/guard/guard.ts';
import { createOwnAddresses, prefixOf } from '../../src/guard/own-addresses.ts';
import type { GuardRefusal } from '../../src/guard/refusal.ts';
import { strictRules } from './guard-rules.ts';

let server: Server;
let port: number;
const never = new AbortController().signal;

beforeAll(async () => {
  server = createServer((socket) => socket.on('error', () => undefined).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as { port: number }).port;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

function guardWith(options: Partial<GuardOptions>) {
  return createGuard(strictRules({ ports: [...DEFAULT_WEB_PORTS, port], connectTimeoutMs: 500, ...options }));
}

test('what was checked is what is dialled: a name that changes its answer gains nothing', async () => {
  const answers: LookupAddress[][] = [
    [{ address: '127.0.0.1', family: 4 }],
    [{ address: '127.0.0.2', family: 4 }],
  ];
  let lookups = 0;
  const guard = guardWith({
    allowPrivate: [{ host: '127.0.0.1', port }],
    lookup: async () => answers[Math.min(lookups++, 1)] ?? [],
  });
  const socket = await guard.connect({ host: 'rebind.test', port }, never);
  expect(socket.remoteAddress).toBe('127.0.0.1');
  expect(lookups).toBe(1);
  socket.destroy();
  await expect(guard.connect({ host: 'rebind.test', port }, never)).rejects.toMatchObject({
    refused: { rule: 'address', by: 'built-in' },
  });
});

test("the machine's own public prefixes are refused", async () => {
  const guard = guardWith({ ownAddresses: () => ['93.184.216.10/24', '2606:4700::5/64'] });
  for (const host of ['93.184.216.34', '[2606:4700::77]']) {
    await expect(guard.connect({ host, port: 80 }, never)).rejects.toMatchObject({
      refused: { rule: 'address' },
    });
  }
  expect(() => guard.checkUrl(new URL('http://93.184.217.34/'))).not.toThrow();
});

test('this machine names its own addresses, and takes those it is told', () => {
  let told = ['198.41.0.4'];
  const addresses = createOwnAddresses({ told: () => told });
  expect(addresses()).toContain('127.0.0.1/8');
  expect(addresses()).toContain('198.41.0.4');
  told = ['2a02:8100:1:2::5'];
  expect(addresses()).toContain('2a02:8100:1:2::5/56');
});

test('a list entry for one port opens no other', async () => {
  const guard = guardWith({ allowPrivate: [{ host: '127.0.0.1', port: port + 1 }] });
  await expect(guard.connect({ host: '127.0.0.1', port }, never)).rejects.toMatchObject({
    refused: { rule: 'address' },
  });
});

test('a resolver that never answers, and one that is called off', async () => {
  const guard = guardWith({ lookup: () => new Promise(() => undefined), connectTimeoutMs: 50 });
  await expect(guard.connect({ host: 'slow.test', port: 80 }, never)).rejects.toMatchObject({
    reason: 'timeout',
  });
  await expect(guard.connect({ host: 'slow.test', port: 80 }, AbortSignal.abort())).rejects.toMatchObject({
    reason: 'timeout',
  });
});

test('a name without an address, and one that does not exist', async () => {
  const empty = guardWith({ lookup: async () => [] });
  await expect(empty.connect({ host: 'a.test', port: 80 }, never)).rejects.toMatchObject({
    reason: 'dns',
    isLasting: true,
  });
  const missing = guardWith({
    lookup: () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' })),
  });
  await expect(missing.connect({ host: 'a.test', port: 80 }, never)).rejects.toMatchObject({
    reason: 'dns',
    isLasting: true,
  });
});

test.each([
  ['2a02:8100:1:2::5/64', '2a02:8100:1:2::5/56'],
  ['2a02:8100:1:2::5/128', '2a02:8100:1:2::5/56'],
  ['2a02:8100::5/48', '2a02:8100::5/48'],
  ['2a02:8100::5', '2a02:8100::5/56'],
  ['93.184.216.10/24', '93.184.216.10/24'],
  ['93.184.216.10', '93.184.216.10'],
])('the home of %s is %s', (address, prefix) => {
  expect(prefixOf(address)).toBe(prefix);
});

test('the router is refused by its names and its addresses, on any port', async () => {
  const guard = guardWith({
    ports: [80, 8443],
    routerHosts: () => ['Router.Example.', '[2606:4700::9]', '93.184.216.5'],
    ownAddresses: () => ['93.184.216.6'],
    lookup: async () => [{ address: '93.184.216.6', family: 4 }],
  });
  for (const url of ['https://router.example:8443/', 'http://ROUTER.EXAMPLE./', 'http://[2606:4700:0::9]/']) {
    expect(() => guard.checkUrl(new URL(url))).toThrow(/"router"/);
  }
  expect(() => guard.checkUrl(new URL('http://0x5db8d805/'))).toThrow(/"router"/);
  await expect(guard.connect({ host: 'alias.example', port: 80 }, never)).rejects.toMatchObject({
    refused: { rule: 'address' },
  });
});

test('lists of both sides hold, and the refusal says whose they are', () => {
  const guard = guardWith({
    domains: () => [
      { by: 'router', blocked: parseDomainPatterns('*.gov 93.184.216.7'), allowed: [] },
      { by: 'operator', blocked: [], allowed: parseDomainPatterns('*.example *.gov') },
    ],
  });
  const refusedBy = (url: string) => {
    try {
      guard.checkUrl(new URL(url));
      return null;
    } catch (error) {
      return (error as GuardRefusal).refused;
    }
  };
  expect(refusedBy('http://a.gov/')).toEqual({ rule: 'blocked-domain', by: 'router', pattern: '*.gov' });
  expect(refusedBy('http://93.184.216.7/')).toMatchObject({ pattern: '93.184.216.7' });
  expect(refusedBy('http://a.test/')).toEqual({ rule: 'not-allowed-domain', by: 'operator' });
  expect(refusedBy('http://a.example:22/')).toEqual({ rule: 'port', by: 'operator' });
  expect(refusedBy('http://a.example/')).toBeNull();
});
