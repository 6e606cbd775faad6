import type { LookupAddress } from 'node:dns';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGuard, DEFAULT_PORTS, type GuardOptions } from '../../src/guard/guard.ts';
import { readOwnAddresses } from '../../src/guard/own-addresses.ts';

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
  return createGuard({
    allowPrivate: [],
    blockedDomains: [],
    ports: [...DEFAULT_PORTS, port],
    ownAddresses: () => [],
    connectTimeoutMs: 500,
    lookup: () => Promise.reject(new Error('nothing was to be resolved')),
    ...options,
  });
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
    rule: 'address',
  });
});

test("the machine's own public prefixes are refused", async () => {
  const guard = guardWith({ ownAddresses: () => ['93.184.216.10/24', '2606:4700::5/64'] });
  await expect(guard.connect({ host: '93.184.216.34', port: 80 }, never)).rejects.toMatchObject({
    rule: 'address',
  });
  await expect(guard.connect({ host: '[2606:4700::77]', port: 80 }, never)).rejects.toMatchObject({
    rule: 'address',
  });
  expect(() => guard.checkUrl(new URL('http://93.184.217.34/'))).not.toThrow();
});

test('this machine names its own addresses, and takes those it is told', () => {
  const addresses = readOwnAddresses(['198.41.0.4']);
  expect(addresses).toContain('127.0.0.1/8');
  expect(addresses).toContain('198.41.0.4');
});

test('a list entry for one port opens no other', async () => {
  const guard = guardWith({ allowPrivate: [{ host: '127.0.0.1', port: port + 1 }] });
  await expect(guard.connect({ host: '127.0.0.1', port }, never)).rejects.toMatchObject({ rule: 'address' });
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
