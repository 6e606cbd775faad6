import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { type LogNotice, startLogHints } from '../../src/chain/log-hints.ts';

let server: WebSocketServer;
let stop: () => void = () => undefined;
afterEach(async () => {
  stop();
  for (const client of server.clients) client.terminate();
  await new Promise((resolve) => server.close(resolve));
});

const notice = (signature: string, err: unknown = null) =>
  JSON.stringify({
    jsonrpc: '2.0',
    method: 'logsNotification',
    params: { subscription: 1, result: { context: { slot: 1 }, value: { signature, err, logs: ['a log'] } } },
  });

async function listen(): Promise<{ heard: LogNotice[]; subscribed(): Promise<[WebSocket, unknown]> }> {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const heard: LogNotice[] = [];
  const waiting: ((found: [WebSocket, unknown]) => void)[] = [];
  server.on('connection', (socket) => {
    socket.once('message', (data) => waiting.shift()?.([socket, JSON.parse(String(data))]));
  });
  const subscribed = () => new Promise<[WebSocket, unknown]>((resolve) => waiting.push(resolve));
  const { port } = server.address() as AddressInfo;
  const first = subscribed();
  let isFirst = true;
  stop = startLogHints({
    wsUrl: `ws://127.0.0.1:${port}`,
    account: 'our-account',
    level: 'confirmed',
    onNotice: (each) => heard.push(each),
  });
  return {
    heard,
    subscribed: () => {
      if (!isFirst) return subscribed();
      isFirst = false;
      return first;
    },
  };
}

it('subscribes to the account, and tells what it hears but nonsense', async () => {
  const { heard, subscribed } = await listen();
  const [socket, asked] = await subscribed();
  expect(asked).toMatchObject({
    method: 'logsSubscribe',
    params: [{ mentions: ['our-account'] }, { commitment: 'confirmed' }],
  });
  socket.send('{"jsonrpc":"2.0","id":1,"result":1}');
  for (const nonsense of ['', 'no json', 'null', '[]', '{"method":"logsNotification"}'])
    socket.send(nonsense);
  socket.send(notice('one'));
  socket.send(notice('two', { InstructionError: [0, 'x'] }));
  await expect
    .poll(() => heard)
    .toEqual([
      { signature: 'one', logs: ['a log'], failed: false },
      { signature: 'two', logs: ['a log'], failed: true },
    ]);
});

it('subscribes anew after a break, and not after it was stopped', async () => {
  const { heard, subscribed } = await listen();
  const [first] = await subscribed();
  const again = subscribed();
  first.terminate();
  const [second] = await again;
  second.send(notice('after the break'));
  await expect.poll(() => heard.map(({ signature }) => signature)).toEqual(['after the break']);
  stop();
  await once(second, 'close');
  expect(server.clients.size).toBe(0);
});
