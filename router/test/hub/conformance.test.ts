import { setTimeout as sleep } from 'node:timers/promises';
import { createSigningKey, encodeArtifactFrame, encodeFrame, LIMITS, sha256Hex } from '@watt/shared';
import { expect, test } from 'vitest';
import type { ReceivedCallResult } from '../../src/hub/hub-handlers.ts';
import { connectNode, type RawNode, resultOf, within } from './raw-node.ts';
import { startHub } from './start-hub.ts';

const ATTEMPT = '00000000-0000-4000-8000-000000000001';
const heartbeat = { type: 'heartbeat' as const, leases: [] as string[] };

const outputOf = (text: string, more: object = {}) => ({
  type: 'output' as const,
  attempt_id: ATTEMPT,
  stream: 'stdout' as const,
  offset: 0,
  bytes: Buffer.byteLength(text),
  ...more,
});

const CALL = '00000000-0000-4000-8000-0000000000c1';
const callResultOf = (node: { key: RawNode['key'] }, more: object = {}) => ({
  type: 'call_result' as const,
  node: node.key.publicKey,
  attempt_id: ATTEMPT,
  job_id: ATTEMPT,
  call_id: CALL,
  code_sha256: sha256Hex('1'),
  started_at: 1,
  finished_at: 2,
  ...more,
});
const callOf = (more: object = {}) => ({
  attemptId: ATTEMPT as never,
  callId: CALL,
  body: '{"code":"1"}',
  ...more,
});

const signed = (node: RawNode, header: object, body?: string) => encodeFrame(node.key, header, body ?? null);
const inSession = (node: RawNode, rest: object) => ({ session: node.session, seq: 1, ...rest });

test.each<[string, (node: RawNode) => unknown, string]>([
  [
    'a signature with one bit turned',
    (node) => node.socket.send(flip(node.write(heartbeat))),
    'bad_signature',
  ],
  [
    'a frame signed with another key',
    (node) => node.socket.send(encodeFrame(createSigningKey(), inSession(node, heartbeat))),
    'bad_signature',
  ],
  [
    'a header changed after signing',
    (node) => node.socket.send(node.write(heartbeat).replace('[]', '[ ]')),
    'bad_signature',
  ],
  [
    'the same frame twice',
    (node) => {
      const text = node.send(heartbeat);
      node.socket.send(text);
    },
    'out_of_order',
  ],
  [
    'a gap in the numbers',
    (node) => {
      node.write(heartbeat);
      node.send(heartbeat);
    },
    'out_of_order',
  ],
  [
    'a frame of another session',
    (node) => node.socket.send(signed(node, { ...inSession(node, heartbeat), session: 's'.repeat(43) })),
    'wrong_session',
  ],
  [
    'a type that does not exist',
    (node) => node.socket.send(signed(node, inSession(node, { type: 'gossip' }))),
    'unknown_type',
  ],
  [
    'a type that only the router may send',
    (node) => node.socket.send(signed(node, inSession(node, { type: 'leases', leases: [] }))),
    'unknown_type',
  ],
  [
    'a member of the wrong shape',
    (node) => node.socket.send(signed(node, inSession(node, { type: 'heartbeat', leases: 'all' }))),
    'bad_message',
  ],
  ['a header that is no JSON object', (node) => node.socket.send(signedText(node, '[1')), 'bad_json'],
  ['text without a signature', (node) => node.socket.send('{}'), 'not_a_frame'],
  [
    'a body that is not the one that was signed',
    (node) => {
      const { message, body } = resultOf(node, ATTEMPT);
      node.socket.send(`${node.write(message, body)} `);
    },
    'bad_body_hash',
  ],
  [
    'a result without its body',
    (node) => {
      const { message, body } = resultOf(node, ATTEMPT);
      node.socket.send(node.write(message, body).split('\n')[0] ?? '');
    },
    'bad_body_hash',
  ],
  [
    'output without its text',
    (node) => node.socket.send(node.write(outputOf('text'), 'text').split('\n')[0] ?? ''),
    'bad_body_hash',
  ],
  [
    'output longer than the bytes that it was read from',
    (node) => node.send(outputOf('text', { bytes: 0 }), 'text'),
    'output_too_large',
  ],
  [
    'output of more bytes than one frame may have',
    (node) => node.send(outputOf('', { bytes: LIMITS.outputFrameBytes + 1 }), ''),
    'bad_message',
  ],
  [
    'an answer of a call without its body',
    (node) => node.socket.send(node.write(callResultOf(node), '{}').split('\n')[0] ?? ''),
    'bad_body_hash',
  ],
  [
    'an answer of a call in another node’s name',
    (node) => node.send(callResultOf({ key: createSigningKey() }), '{}'),
    'wrong_node',
  ],
  [
    'an answer of a call that lacks the program’s hash',
    (node) => node.send(callResultOf(node, { code_sha256: 'none' }), '{}'),
    'bad_message',
  ],
  [
    'readiness with a body',
    (node) => node.send({ type: 'session_ready', attempt_id: ATTEMPT }, '{}'),
    'unexpected_body',
  ],
  [
    'a call, which only the router may send',
    (node) => node.socket.send(signed(node, inSession(node, { type: 'close_session', attempt_id: ATTEMPT }))),
    'unknown_type',
  ],
  ['a body where none belongs', (node) => node.send(heartbeat, '{}'), 'unexpected_body'],
  [
    'a result in another node’s name',
    (node) => {
      const { message, body } = resultOf({ key: createSigningKey() }, ATTEMPT);
      node.send(message, body);
    },
    'wrong_node',
  ],
  [
    'a result whose file did not come',
    (node) => {
      const { message, body } = resultOf(node, ATTEMPT, [Buffer.from('png')]);
      node.send(message, body);
    },
    'missing_artifact',
  ],
  [
    'a file that the result does not name',
    (node) => {
      node.socket.send(encodeArtifactFrame(Buffer.from('png')));
      const { message, body } = resultOf(node, ATTEMPT);
      node.send(message, body);
    },
    'unnamed_artifact',
  ],
  ['a file under another hash', (node) => node.socket.send(Buffer.alloc(64)), 'bad_artifact_hash'],
  [
    'more files than a result may have',
    (node) => {
      for (let i = 0; i <= LIMITS.artifactsPerResult; i += 1) {
        node.socket.send(encodeArtifactFrame(Buffer.from(`${i}`)));
      }
    },
    'artifact_flood',
  ],
])('%s ends the link', async (_, misbehave, fault) => {
  await using router = await startHub();
  const node = await connectNode(router.url);
  await node.next('welcome');
  misbehave(node);
  expect(await node.next('bye')).toMatchObject({ code: fault });
  expect(await within(node.closed, 'the close')).toMatchObject({ code: 1008 });
  expect(router.faults).toEqual([fault]);
  expect(router.results).toEqual([]);
  expect(router.events.at(-1)).toBe('close raw');
});

test('the welcome tells the node its public address and the network’s domain lists', async () => {
  const scrapeDomains = { blocked: ['*.gov'], allowed: ['*.example'] };
  const scrapeProxies = ['http://u:p@proxy.example:3128'];
  await using router = await startHub({ scrapeDomains, scrapeProxies, remoteAddressOf: () => '198.41.0.4' });
  const node = await connectNode(router.url);
  expect(await node.next('welcome')).toMatchObject({
    address: '198.41.0.4',
    scrape_domains: scrapeDomains,
    scrape_proxies: scrapeProxies,
  });
});

test('a frame of the router, sent back, ends the link', async () => {
  await using router = await startHub();
  const node = await connectNode(router.url);
  node.socket.once('message', (data) => node.socket.send(String(data)));
  await node.next('welcome');
  expect(await node.next('bye')).toMatchObject({ code: 'bad_signature' });
});

test('a frame above its limit, and one above the limit of the socket', async () => {
  await using router = await startHub({ limits: { frameBytes: 1000, artifactBytes: 5000 } });
  const long = await connectNode(router.url);
  await long.next('welcome');
  long.send({ type: 'bye', code: 'x', message: 'm'.repeat(1500) });
  expect(await long.next('bye')).toMatchObject({ code: 'frame_too_large' });
  const longer = await connectNode(router.url);
  await longer.next('welcome');
  longer.socket.send(Buffer.alloc(9000));
  expect((await within(longer.closed, 'the close')).code).toBe(1009);
  expect(router.hub.links()).toEqual([]);
});

test('results with their files arrive as they were signed, and each is acknowledged', async () => {
  await using router = await startHub();
  const node = await connectNode(router.url);
  await node.next('welcome');
  const png = Buffer.from('a picture');
  const { message, body } = resultOf(node, ATTEMPT, [png]);
  node.socket.send(encodeArtifactFrame(png));
  const text = node.send(message, body);
  expect(await node.next('ack')).toMatchObject({ attempt_id: ATTEMPT, verdict: 'paid', earned: '7' });
  const [received] = router.results;
  expect(received?.payload).toBe(body);
  expect(`${received?.statement.signature}.${received?.statement.text}\n${body}`).toBe(text);
  expect(received?.artifacts).toEqual(new Map([[sha256Hex(png), png]]));
});

test('a result that the handlers could not take is not acknowledged, and may come again', async () => {
  let calls = 0;
  await using router = await startHub({
    handlers: {
      async onResult() {
        calls += 1;
        if (calls === 1) throw new Error('the database is away');
        return { verdict: 'late', earned: '0', message: '' };
      },
    },
  });
  const node = await connectNode(router.url);
  await node.next('welcome');
  const { message, body } = resultOf(node, ATTEMPT);
  node.send(message, body);
  await sleep(50);
  node.send(message, body);
  expect(await node.next('ack')).toMatchObject({ verdict: 'late' });
  expect(calls).toBe(2);
});

test('a result that comes twice while it is in hand is handled once', async () => {
  let release = () => undefined as unknown;
  let calls = 0;
  await using router = await startHub({
    handlers: {
      onResult: () => {
        calls += 1;
        return new Promise((resolve) => {
          release = () => resolve({ verdict: 'paid', earned: '1', message: '' });
        });
      },
    },
  });
  const node = await connectNode(router.url);
  await node.next('welcome');
  const { message, body } = resultOf(node, ATTEMPT);
  node.send(message, body);
  node.send(message, body);
  node.send(heartbeat);
  await node.next('leases');
  release();
  await node.next('ack');
  expect(calls).toBe(1);
});

test('a slow database stops the reading of a link, and nothing is lost', async () => {
  const waiting: (() => void)[] = [];
  let most = 0;
  await using router = await startHub({
    limits: { pendingResults: 4 },
    handlers: {
      onResult: () =>
        new Promise((resolve) => {
          waiting.push(() => resolve({ verdict: 'paid', earned: '1', message: '' }));
          most = Math.max(most, waiting.length);
        }),
    },
  });
  const node = await connectNode(router.url);
  await node.next('welcome');
  const payload = 'x'.repeat(200_000);
  for (let i = 0; i < 40; i += 1) {
    const { message } = resultOf(node, `00000000-0000-4000-8000-0000000001${String(i).padStart(2, '0')}`);
    node.send(message, payload);
  }
  const drain = setInterval(() => waiting.shift()?.(), 5);
  for (let i = 0; i < 40; i += 1) await node.next('ack');
  clearInterval(drain);
  expect(most).toBeLessThanOrEqual(6);
});

test('a node may not send more than its ration, but every job brings its own', async () => {
  await using router = await startHub({ limits: { messageBurst: 3, messagesPerSecond: 0 } });
  const node = await connectNode(router.url);
  await node.next('welcome');
  for (let i = 0; i < 3; i += 1) node.send(heartbeat);
  router.link().sendJob(job());
  await node.next('job');
  const { message, body } = resultOf(node, ATTEMPT);
  node.send(message, body);
  await node.next('ack');
  for (let i = 0; i < LIMITS.artifactsPerResult + 2; i += 1) node.send(heartbeat);
  expect(await node.next('bye')).toMatchObject({ code: 'too_many_messages' });
});

test('a flood of pings is a flood of messages', async () => {
  await using router = await startHub({ limits: { messageBurst: 10, messagesPerSecond: 0 } });
  const node = await connectNode(router.url);
  await node.next('welcome');
  for (let i = 0; i < 20; i += 1) node.socket.ping();
  expect(await node.next('bye')).toMatchObject({ code: 'too_many_messages' });
});

test('jobs, cancellations, refusals and drains find their way', async () => {
  await using router = await startHub();
  const node = await connectNode(router.url);
  await node.next('welcome');
  expect(router.link().sendJob(job())).toBe(true);
  expect(await node.next('job')).toMatchObject({
    attempt_id: ATTEMPT,
    node_share: '700',
    deadline: 99,
    body_sha256: sha256Hex('{"url":"http://a"}'),
  });
  expect(node.bodies).toEqual(['{"url":"http://a"}']);
  node.send({ type: 'refuse', attempt_id: ATTEMPT, reason: 'busy', message: '' });
  node.send({ type: 'drain' });
  router.link().cancel(ATTEMPT as never, 'over');
  expect(await node.next('cancel')).toMatchObject({ attempt_id: ATTEMPT, reason: 'over' });
  node.send({ type: 'heartbeat', leases: [ATTEMPT] });
  expect(await node.next('leases')).toMatchObject({ leases: [ATTEMPT] });
  expect(router.events).toEqual(['hello raw', `refuse ${ATTEMPT} busy`, 'drain', 'heartbeat 1']);
});

test('a handler that fails ends the link and not the router', async () => {
  await using router = await startHub({
    handlers: {
      onHeartbeat() {
        throw new Error('a fault of ours');
      },
    },
  });
  const node = await connectNode(router.url);
  await node.next('welcome');
  node.send(heartbeat);
  expect(await node.next('bye')).toMatchObject({ code: 'internal' });
  expect((await node.closed).code).toBe(1011);
});

test('a node that does not read gets no more jobs, and is cut off when too much piles up', async () => {
  await using router = await startHub({
    limits: { sendBufferBytes: 100_000, sendBufferMaxBytes: 3_000_000 },
  });
  const node = await connectNode(router.url);
  await node.next('welcome');
  node.socket.pause();
  const big = { ...job(), request: 'x'.repeat(500_000) };
  const sent: boolean[] = [];
  for (let i = 0; i < 30; i += 1) sent.push(router.link().sendJob(big));
  expect(sent).toContain(false);
  expect(router.hub.links()).toHaveLength(1);
  for (let i = 0; i < 20_000 && router.hub.links().length > 0; i += 1) {
    router.link().cancel(ATTEMPT as never, 'x'.repeat(2000));
    if (i % 500 === 0) await sleep(1);
  }
  expect(router.hub.links()).toEqual([]);
  expect(router.faults).toContain('node link ended: slow_reader');
});

test('a node without heartbeats is dead even though it answers pings', async () => {
  await using router = await startHub({ heartbeatMs: 250 });
  const silent = await connectNode(router.url);
  await silent.next('welcome');
  const lively = await connectNode(router.url);
  await lively.next('welcome');
  const beat = setInterval(() => lively.send(heartbeat), 40);
  expect(await silent.next('bye')).toMatchObject({ code: 'heartbeat_lost' });
  await sleep(1000);
  clearInterval(beat);
  expect(router.hub.links().map((link) => link.nodeId)).toEqual([lively.key.publicKey]);
});

test('a connection that breaks is told to the handlers once', async () => {
  await using router = await startHub();
  const node = await connectNode(router.url);
  await node.next('welcome');
  const link = router.link();
  node.socket.terminate();
  await expect.poll(() => router.events).toEqual(['hello raw', 'close raw']);
  expect(link.sendJob(job())).toBe(false);
  link.close('late', '');
  link.cancel(ATTEMPT as never, 'late');
  expect(router.events).toEqual(['hello raw', 'close raw']);
});

function job() {
  return {
    attemptId: ATTEMPT as never,
    jobId: ATTEMPT as never,
    service: 'scrape' as const,
    request: '{"url":"http://a"}',
    requestSha256: sha256Hex('body'),
    deadline: 99,
    nodeShare: 700n,
  };
}

function flip(text: string): string {
  return (text[0] === 'A' ? 'B' : 'A') + text.slice(1);
}

function signedText(node: RawNode, header: string): string {
  const signature = Buffer.from(node.key.sign(Buffer.from(`watt/frame/1\n${header}`))).toString('base64url');
  return `${signature}.${header}`;
}

test('output is handed on in order, and each frame that was taken makes room for one', async () => {
  await using router = await startHub();
  const node = await connectNode(router.url);
  await node.next('welcome');
  node.send(outputOf('one'), 'one');
  node.send(outputOf('two', { offset: 3 }), 'two');
  expect(await node.next('output_ack')).toMatchObject({ attempt_id: ATTEMPT, frames: 1 });
  expect(await node.next('output_ack')).toMatchObject({ attempt_id: ATTEMPT, frames: 2 });
  const { message, body } = resultOf(node, ATTEMPT);
  node.send(message, body);
  await node.next('ack');
  expect(router.events.slice(1)).toEqual(['output stdout 0 one', 'output stdout 3 two', `result ${ATTEMPT}`]);
});

test('output that nobody wants is not acknowledged, and a flood of it ends the link', async () => {
  await using router = await startHub({
    limits: { messageBurst: 20, messagesPerSecond: 0 },
    handlers: { onOutput: () => false },
  });
  const node = await connectNode(router.url);
  await node.next('welcome');
  for (let at = 0; at < 20; at += 1) node.send(outputOf('x', { offset: at }), 'x');
  node.send(heartbeat);
  expect(await node.next('bye')).toMatchObject({ code: 'too_many_messages' });
});

test('a job says whether output is wanted', async () => {
  await using router = await startHub();
  const node = await connectNode(router.url);
  await node.next('welcome');
  const job = {
    attemptId: ATTEMPT as never,
    jobId: ATTEMPT as never,
    service: 'execute' as const,
    request: '{}',
    requestSha256: sha256Hex('{}'),
    deadline: Date.now() + 1000,
    nodeShare: 1n,
  };
  router.link().sendJob(job);
  expect(await node.next('job')).not.toHaveProperty('stream');
  router.link().sendJob({ ...job, stream: true });
  expect(await node.next('job')).toMatchObject({ stream: true });
});

test('readiness, calls, their answers and closes find their way, letter for letter', async () => {
  const answers: ReceivedCallResult[] = [];
  await using router = await startHub({
    handlers: { onCallResult: (_, answer) => void answers.push(answer) },
  });
  const node = await connectNode(router.url);
  await node.next('welcome');
  node.send({ type: 'session_ready', attempt_id: ATTEMPT });
  await expect.poll(() => router.events.at(-1)).toBe(`ready ${ATTEMPT}`);
  expect(router.link().sendCall(callOf())).toBe(true);
  expect(await node.next('call')).toMatchObject({ attempt_id: ATTEMPT, call_id: CALL });
  expect(node.bodies.at(-1)).toBe('{"code":"1"}');
  const text = node.send(callResultOf(node), '{"success":true}');
  await expect.poll(() => answers.length).toBe(1);
  const [answer] = answers;
  expect(`${answer?.statement.signature}.${answer?.statement.text}\n${answer?.payload}`).toBe(text);
  router.link().closeSession(ATTEMPT as never);
  expect(await node.next('close_session')).toMatchObject({ attempt_id: ATTEMPT });
});

test('readiness that the handlers could not take ends the link, so that the node says it again', async () => {
  await using router = await startHub({
    handlers: {
      async onSessionReady() {
        throw new Error('the database is away');
      },
    },
  });
  const node = await connectNode(router.url);
  await node.next('welcome');
  node.send({ type: 'session_ready', attempt_id: ATTEMPT });
  expect(await node.next('bye')).toMatchObject({ code: 'internal' });
});

test('a node has so many calls to answer and no more, and each brings the ration of its answer', async () => {
  await using router = await startHub({
    limits: { pendingCalls: 3, pendingCallBytes: 100, messageBurst: 1, messagesPerSecond: 0 },
  });
  const node = await connectNode(router.url);
  await node.next('welcome');
  const { sendCall } = { sendCall: (more: object) => router.link().sendCall(callOf(more)) };
  const ids = [1, 2, 3, 4].map((n) => `00000000-0000-4000-8000-0000000000d${n}`);
  expect(sendCall({ callId: ids[0], body: 'x'.repeat(90) })).toBe(true);
  expect(sendCall({ callId: ids[1], body: 'x'.repeat(20) })).toBe(false);
  // The same call again takes no more room.
  expect(sendCall({ callId: ids[0], body: 'x'.repeat(20) })).toBe(true);
  expect([ids[1], ids[2], ids[3]].map((callId) => sendCall({ callId, body: 'x' }))).toEqual([
    true,
    true,
    false,
  ]);
  node.send(callResultOf(node, { call_id: ids[0] }), '{}');
  await expect.poll(() => router.events.at(-1)).toBe(`call_result ${ids[0]} {}`);
  expect(sendCall({ callId: ids[3], body: 'x' })).toBe(true);
  // What is left unanswered when the session ends makes room too.
  router.link().cancel(ATTEMPT as never, 'over');
  expect(ids.slice(0, 3).map((callId) => sendCall({ callId, body: 'x' }))).toEqual([true, true, true]);
  node.send(callResultOf(node, { call_id: ids[1] }), '{}');
  node.send(callResultOf(node, { call_id: ids[2] }), '{}');
  await expect.poll(() => router.events.length).toBe(4);
});
