import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSigningKey, encodeFrame, signText, walletStatement } from '@watt/shared';
import { expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { connectNode, connectRaw, type RawNodeOptions, resultOf, within } from './raw-node.ts';
import { startHub } from './start-hub.ts';

test('a node with a good key is welcomed with its leases and is a link until it leaves', async () => {
  await using router = await startHub();
  const lease = '00000000-0000-4000-8000-000000000001';
  const node = await connectNode(router.url, { hello: { leases: [lease] } });
  const welcome = await node.next('welcome');
  expect(welcome).toMatchObject({ seq: 1, session: node.session, leases: [lease], heartbeat_ms: 60_000 });
  expect(node.challenge).toMatchObject({ router: router.routerKey.publicKey, address: router.url });
  expect(router.hub.links().map((link) => link.nodeId)).toEqual([node.key.publicKey]);
  node.send({ type: 'bye', code: 'done', message: '' });
  expect(await within(node.closed, 'the close')).toMatchObject({ code: 1000 });
  expect(router.hub.links()).toEqual([]);
  expect(router.events).toEqual(['hello raw', 'close raw']);
});

test('a wallet that signed the payout statement is accepted', async () => {
  await using router = await startHub();
  const key = createSigningKey();
  const wallet = createSigningKey();
  const statement = walletStatement({ nodeId: key.publicKey, wallet: wallet.publicKey });
  const proof = { address: wallet.publicKey, signature: signText(wallet, 'watt/wallet/1', statement) };
  const node = await connectNode(router.url, { key, hello: { wallet: proof } });
  await node.next('welcome');
  expect(router.link().hello.wallet).toEqual(proof);
});

const stranger = createSigningKey();
test.each<[string, RawNodeOptions]>([
  ['bad_signature', { signer: createSigningKey() }],
  ['wrong_nonce', { hello: { nonce: 'x'.repeat(43) } }],
  ['wrong_address', { hello: { address: 'wss://another.example/api/v1/nodes/connect' } }],
  ['protocol_version', { hello: { protocol: 2 } }],
  ['bad_hello', { hello: { name: 'n'.repeat(81) } }],
  ['bad_wallet_proof', { hello: { wallet: { address: stranger.publicKey, signature: 'A'.repeat(86) } } }],
])('a hello with the fault %s is turned away', async (fault, options) => {
  await using router = await startHub();
  const node = await connectNode(router.url, options);
  const { code, reason } = await within(node.closed, 'the close');
  expect({ code, fault: reason.split(':')[0] }).toEqual({ code: 1008, fault });
  expect(router.faults).toEqual([fault]);
  expect(router.events).toEqual([]);
});

test('a node cannot come with the router’s own key', async () => {
  const routerKey = createSigningKey();
  await using router = await startHub({ routerKey });
  const node = await connectNode(router.url, { key: routerKey });
  expect((await within(node.closed, 'the close')).reason).toMatch(/^wrong_key/);
});

test.each([
  ['the router’s own challenge', (challenge: string) => challenge],
  ['text that is no frame', () => 'hello'],
  ['a signed frame that is no hello', () => encodeFrame(stranger, { type: 'heartbeat', protocol: 1 })],
  ['a body behind the hello', () => encodeFrame(stranger, { type: 'hello', protocol: 1 }, 'body')],
])('%s is no hello', async (_, forge) => {
  await using router = await startHub();
  const { socket, challenge, closed } = await connectRaw(router.url);
  socket.send(forge(encodeFrame(router.routerKey, challenge)));
  expect((await within(closed, 'the close')).code).toBe(1008);
  expect(router.events).toEqual([]);
});

test('a hello that was caught on another connection is void on this one', async () => {
  await using router = await startHub();
  const node = await connectNode(router.url);
  await node.next('welcome');
  const { socket, closed } = await connectRaw(router.url);
  socket.send(encodeFrame(node.key, node.hello));
  expect((await within(closed, 'the close')).reason).toMatch(/^wrong_nonce/);
});

test('a peer that says nothing is closed at the handshake deadline', async () => {
  await using router = await startHub({ limits: { handshakeMs: 50 } });
  const { closed } = await connectRaw(router.url);
  expect(await within(closed, 'the close')).toMatchObject({ code: 1008, reason: 'handshake_timeout' });
});

test('the handshake deadline also holds while the hello is being decided', async () => {
  await using router = await startHub({
    // Long enough for a hello to come on a busy machine.
    limits: { handshakeMs: 2000 },
    handlers: { onHello: () => new Promise(() => undefined) },
  });
  const node = await connectNode(router.url);
  expect(await node.next('bye')).toMatchObject({ code: 'handshake_timeout' });
});

test('a stranger who sends more than a hello needs is cut off', async () => {
  await using router = await startHub({ limits: { helloBytes: 10_000 } });
  const { socket, closed } = await connectRaw(router.url);
  socket.send('x'.repeat(200_000));
  expect((await within(closed, 'the close')).code).toBe(1006);
});

test('a frame before the welcome ends the handshake', async () => {
  await using router = await startHub({
    handlers: {
      async onHello() {
        await sleep(100);
        return { accepted: true, leases: [] };
      },
    },
  });
  const node = await connectNode(router.url);
  node.send({ type: 'heartbeat', leases: [] });
  expect(await node.next('bye')).toMatchObject({ code: 'early_message', seq: 1 });
});

test('a node that the handlers do not want hears why', async () => {
  await using router = await startHub({
    handlers: { onHello: async () => ({ accepted: false, code: 'banned', message: 'see your evidence' }) },
  });
  const node = await connectNode(router.url);
  expect(await node.next('bye')).toMatchObject({ code: 'banned', message: 'see your evidence' });
  expect((await node.closed).code).toBe(1008);
  expect(router.events).toEqual([]);
});

test('a job sent while the hello is being decided goes out behind the welcome', async () => {
  await using router = await startHub({
    handlers: {
      async onHello(_, link) {
        const attemptId = '00000000-0000-4000-8000-00000000000a' as never;
        const jobId = attemptId;
        const request = '{}';
        const requestSha256 = '0'.repeat(64);
        link.sendJob({
          attemptId,
          jobId,
          service: 'scrape',
          request,
          requestSha256,
          deadline: 9,
          nodeShare: 1n,
        });
        return { accepted: true, leases: [attemptId] };
      },
    },
  });
  const node = await connectNode(router.url);
  expect(await node.next('job')).toMatchObject({ seq: 2 });
});

test('the second connection of a node replaces the first, and the handlers hear it in that order', async () => {
  await using router = await startHub();
  const key = createSigningKey();
  const first = await connectNode(router.url, { key, hello: { name: 'first' } });
  await first.next('welcome');
  const second = await connectNode(router.url, { key, hello: { name: 'second' } });
  await second.next('welcome');
  expect(await first.next('bye')).toMatchObject({ code: 'replaced' });
  expect((await within(first.closed, 'the close')).code).toBe(4001);
  expect(router.events).toEqual(['hello first', 'close first', 'hello second']);
  expect(router.hub.links().map((link) => link.hello.name)).toEqual(['second']);
});

test('a connection that is replaced while it is being decided still closes before the next says hello', async () => {
  const events: string[] = [];
  await using router = await startHub({
    handlers: {
      async onHello(hello) {
        events.push(`hello ${hello.name}`);
        await sleep(60);
        return { accepted: true, leases: [] };
      },
      onClose: (link) => void events.push(`close ${link.hello.name}`),
    },
  });
  const key = createSigningKey();
  const first = await connectNode(router.url, { key, hello: { name: 'first' } });
  await sleep(20);
  const second = await connectNode(router.url, { key, hello: { name: 'second' } });
  await second.next('welcome');
  await within(first.closed, 'the close');
  expect(events).toEqual(['hello first', 'close first', 'hello second']);
});

test('connections are counted per address, in all, and before their welcome', async () => {
  await using router = await startHub({ limits: { connectionsPerAddress: 2, unauthenticated: 1 } });
  const stranger = await connectRaw(router.url);
  await expect(connectRaw(router.url)).rejects.toThrow('503');
  stranger.socket.close();
  await stranger.closed;
  // The hub may hear of the close a moment later than this side.
  const first = await vi.waitFor(() => connectNode(router.url), 10_000);
  await first.next('welcome');
  await (await connectNode(router.url)).next('welcome');
  await expect(connectRaw(router.url)).rejects.toThrow('429');
});

test('an upgrade elsewhere is refused, and a plain text peer gets no further', async () => {
  await using router = await startHub();
  await expect(connectRaw(router.url.replace('/connect', '/elsewhere'))).rejects.toThrow('404');
  const port = Number(new URL(router.url).port);
  const socket = createConnection(port, '127.0.0.1');
  socket.write(
    'GET /api/v1/nodes/connect HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
  );
  const answer = await within(new Promise((resolve) => socket.once('data', resolve)), 'an answer');
  expect(String(answer)).toMatch(/^HTTP\/1.1 400/);
  socket.destroy();
});

test('a closing hub answers the results in its hands, says bye and takes no one new', async () => {
  let release: (() => void) | undefined;
  await using router = await startHub({
    handlers: {
      onResult: () =>
        new Promise((resolve) => {
          release = () => resolve({ verdict: 'paid', earned: '1', message: '' });
        }),
    },
  });
  const node = await connectNode(router.url);
  await node.next('welcome');
  const { message, body } = resultOf(node, '00000000-0000-4000-8000-000000000001');
  node.send(message, body);
  await expect.poll(() => release).toBeDefined();
  const closing = router.hub.close(60_000);
  await expect(connectRaw(router.url)).rejects.toThrow('503');
  release?.();
  expect(await node.next('ack')).toMatchObject({ verdict: 'paid' });
  expect(await node.next('bye')).toMatchObject({ code: 'router_closing' });
  expect((await node.closed).code).toBe(1001);
  await closing;
  expect(node.socket.readyState).toBe(WebSocket.CLOSED);
});
