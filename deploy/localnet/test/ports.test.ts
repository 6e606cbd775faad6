import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { choosePorts } from '../src/ports.ts';

const NOTHING = { router: null, rpc: null, websocket: null, faucet: null, site: null, postgres: null };

test('a usual port that is taken gives way to the next free one, and says so', async () => {
  const free = await choosePorts(NOTHING);
  const server = createServer().listen(free.ports.router, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { ports, notes } = await choosePorts(NOTHING);
    expect(ports.router).toBeGreaterThan(free.ports.router);
    expect(notes.join()).toContain('router');
    expect(notes.join()).toContain('ROUTER_PORT');
    expect(new Set(Object.values(ports)).size).toBe(6);
  } finally {
    server.close();
  }
});

test('a port that was asked for and is taken is an error that names it', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  try {
    await expect(choosePorts({ ...NOTHING, rpc: port })).rejects.toThrow(`Port ${port} (RPC_PORT) is taken`);
  } finally {
    server.close();
  }
});
