import { setTimeout as sleep } from 'node:timers/promises';
import { createSigningKey, encodeFrame, sha256Hex } from '@watt/shared';
import { expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { ackOf, jobOf, scrapeRequest, startScriptedRouter, within } from './scripted-router.ts';
import { page, startNode } from './start-node.ts';

test('a job is run and its result sent, with its file ahead, until it is acknowledged', async () => {
  await using router = await startScriptedRouter();
  await using running = await startNode(router);
  const peer = await router.accept();
  expect(peer.hello).toMatchObject({
    node: running.key.publicKey,
    address: router.ws,
    leases: [],
    results: [],
  });
  const [job, body] = jobOf({}, scrapeRequest({ screenshots: true }));
  peer.send(job, body);
  await eventually(() => running.scrapes.length).toBe(1);
  const png = Buffer.from('a picture');
  running.scrapes[0]?.finish(page('hello', png));
  const result = await peer.next('result');
  expect(result).toMatchObject({
    node: running.key.publicKey,
    attempt_id: job.attempt_id,
    request_sha256: job.request_sha256,
    outcome: 'completed',
    artifacts: [{ sha256: sha256Hex(png), size_bytes: png.length, width: 3, height: 2 }],
  });
  expect(peer.artifacts).toEqual([sha256Hex(png)]);
  expect(JSON.parse(result.body ?? '')).toMatchObject({
    success: true,
    data: { text: 'hello', screenshot: { sha256: sha256Hex(png), content_type: 'image/png' } },
  });
  expect(running.node.status().unacknowledged).toBe(1);
  peer.send(ackOf(job.attempt_id));
  await eventually(() => running.node.status().unacknowledged).toBe(0);
  expect(running.node.status()).toMatchObject({
    state: 'connected',
    jobs: { done: 1 },
    earned: { total_base: '70000000' },
  });
});

test('a page has what other nodes left of its time, and never more than its own', async () => {
  await using router = await startScriptedRouter();
  await using running = await startNode(router);
  const peer = await router.accept();
  const { timeout } = scrapeRequest().options;
  for (const time_left_ms of [undefined, 1500, 3_600_000]) {
    peer.send(...jobOf(time_left_ms === undefined ? {} : { time_left_ms }));
    await eventually(() => running.scrapes.length).toBe(1);
    const [scrape] = running.scrapes.splice(0);
    expect(scrape?.task.options.timeout).toBe(time_left_ms === 1500 ? 1.5 : timeout);
    scrape?.finish(page('hello'));
    await peer.next('result');
  }
});

test.each([
  ['a forged key', { signer: createSigningKey() }, 'wrong_router_key'],
  ['another protocol', { challenge: { protocol: 2 } }, 'protocol_version'],
  [
    'another address',
    { challenge: { address: 'wss://elsewhere.example/api/v1/nodes/connect' } },
    'wrong_address',
  ],
  [
    'a challenge that names another key',
    { challenge: { router: createSigningKey().publicKey } },
    'bad_challenge',
  ],
])('the node says no word to a router with %s', async (_, forge, code) => {
  await using router = await startScriptedRouter();
  await using running = await startNode(router);
  const greeting = router.greet(forge);
  greeting.catch(() => undefined);
  await eventually(() => running.node.status().last_error?.code).toBe(code);
  expect(running.node.status().state).toBe('connecting');
});

test('a welcome from an earlier session is refused', async () => {
  await using router = await startScriptedRouter();
  await using running = await startNode(router);
  const first = await router.greet();
  const welcome = first.send({ type: 'welcome', leases: [], heartbeat_ms: 60_000 });
  await eventually(() => running.node.status().state).toBe('connected');
  first.socket.terminate();
  const second = await router.greet();
  second.socket.send(welcome);
  expect(await within(second.closed, 'the close')).toBe(1008);
  await eventually(() => running.node.status().last_error?.code).toBe('wrong_session');
});

test.each<[string, (peer: Awaited<ReturnType<typeof accept>>) => void, string]>([
  [
    'a frame signed with another key',
    (peer) => peer.socket.send(encodeFrame(createSigningKey(), { type: 'leases' })),
    'bad_signature',
  ],
  [
    'the same frame twice',
    (peer) => peer.socket.send(peer.send({ type: 'leases', leases: [] })),
    'out_of_order',
  ],
  [
    'a gap',
    (peer) => {
      peer.write({ type: 'leases', leases: [] });
      peer.send({ type: 'leases', leases: [] });
    },
    'out_of_order',
  ],
  [
    'a second welcome',
    (peer) => void peer.send({ type: 'welcome', leases: [], heartbeat_ms: 1000 }),
    'out_of_order',
  ],
  ['a binary frame', (peer) => peer.socket.send(Buffer.alloc(100)), 'not_a_frame'],
  [
    'a job whose body was changed',
    (peer) => {
      const [job, body] = jobOf();
      peer.socket.send(`${peer.write(job, body)} `);
    },
    'bad_body_hash',
  ],
])('%s ends the session', async (_, misbehave, code) => {
  await using router = await startScriptedRouter();
  await using running = await startNode(router);
  const peer = await accept(router);
  misbehave(peer);
  expect(await peer.next('bye')).toMatchObject({ code });
  expect(await within(peer.closed, 'the close')).toBe(1008);
  expect(running.scrapes).toEqual([]);
});

const accept = (router: Awaited<ReturnType<typeof startScriptedRouter>>) => router.accept();

test.each([
  ['deadline', () => jobOf({ deadline: Date.now() - 1000 })],
  ['invalid', () => jobOf({}, { url: 'http://site.example/', surprise: true })],
  ['invalid', () => jobOf({}, { url: 'http://site.example/' })],
  ['unsupported', () => jobOf({}, scrapeRequest({ javascript: true }))],
  [
    'unsupported',
    () => jobOf({ service: 'execute' }, { language: 'bash', code: 'x', timeout: 1, memory_mb: 64 }),
  ],
] as const)('a job is refused: %s', async (reason, make) => {
  await using router = await startScriptedRouter();
  await using running = await startNode(router);
  const peer = await router.accept();
  const [job, body] = make();
  peer.send(job, body);
  expect(await peer.next('refuse')).toMatchObject({ attempt_id: job.attempt_id, reason });
  expect(running.scrapes).toEqual([]);
});

test('deadlines count in the router’s time, whatever this machine’s clock says', async () => {
  await using router = await startScriptedRouter();
  const hour = 3_600_000;
  await using running = await startNode(router, { clock: () => Date.now() + hour });
  const peer = await router.accept();
  peer.send(...jobOf());
  await eventually(() => running.scrapes.length).toBe(1);
});

test('slots are counted, and work that outlives its lease is stopped and reported', async () => {
  await using router = await startScriptedRouter();
  await using running = await startNode(router, { timings: { marginMs: 50 } });
  const peer = await router.accept();
  peer.send(...jobOf());
  peer.send(...jobOf());
  const [third, body] = jobOf();
  peer.send(third, body);
  expect(await peer.next('refuse')).toMatchObject({ attempt_id: third.attempt_id, reason: 'busy' });
  running.scrapes[0]?.finish(page('done'));
  await peer.next('result');
  const [late, lateBody] = jobOf({ deadline: Date.now() + 400 });
  peer.send(late, lateBody);
  await eventually(() => running.scrapes[2]?.signal.aborted).toBe(true);
  running.scrapes[2]?.finish({
    kind: 'failed',
    code: 'SCRAPE_FAILED',
    message: 'aborted',
    reason: 'timeout',
    retryable: true,
  });
  expect(await peer.next('result')).toMatchObject({
    attempt_id: late.attempt_id,
    outcome: 'failed',
    retryable: true,
  });
});

test('the router’s lease list rules', async () => {
  await using router = await startScriptedRouter();
  await using running = await startNode(router);
  const peer = await router.accept([], 100);
  const [job, body] = jobOf();
  peer.send(job, body);
  await eventually(() => running.scrapes.length).toBe(1);
  expect((await peer.next('heartbeat')).leases).toEqual([job.attempt_id]);
  const stranger = '00000000-0000-4000-8000-ffffffffffff';
  peer.send({ type: 'leases', leases: [stranger] });
  expect(await peer.next('refuse')).toMatchObject({ attempt_id: stranger, reason: 'unknown_lease' });
  expect(running.scrapes[0]?.signal.aborted).toBe(true);
  running.scrapes[0]?.finish(page('for nobody'));
  await sleep(100);
  expect(peer.seen).not.toContain('result');
});

test('a cancelled attempt stops and sends nothing', async () => {
  await using router = await startScriptedRouter();
  await using running = await startNode(router);
  const peer = await router.accept();
  const [job, body] = jobOf();
  peer.send(job, body);
  await eventually(() => running.scrapes.length).toBe(1);
  peer.send({ type: 'cancel', attempt_id: job.attempt_id, reason: 'lapsed' });
  await eventually(() => running.scrapes[0]?.signal.aborted).toBe(true);
  running.scrapes[0]?.finish(page('for nobody'));
  await eventually(() => running.node.status().running).toEqual([]);
  expect(running.node.status().unacknowledged).toBe(0);
});

test('a result is sent in every new session, and again after a silence, until it is acknowledged', async () => {
  await using router = await startScriptedRouter();
  await using running = await startNode(router, { outboxLimits: { resendMs: 150 } });
  const first = await router.accept();
  const png = Buffer.from('a picture');
  const [job, body] = jobOf({}, scrapeRequest({ screenshots: true }));
  first.send(job, body);
  await eventually(() => running.scrapes.length).toBe(1);
  running.scrapes[0]?.finish(page('kept', png));
  const sent = await first.next('result');
  expect((await first.next('result')).body).toBe(sent.body);
  first.socket.terminate();
  const second = await router.accept([job.attempt_id]);
  expect(second.hello.results).toEqual([job.attempt_id]);
  const again = await second.next('result');
  expect(again).toMatchObject({ attempt_id: job.attempt_id, seq: 1, body: sent.body });
  expect(second.artifacts).toEqual([sha256Hex(png)]);
  second.send(ackOf(job.attempt_id));
  await eventually(() => running.node.status().unacknowledged).toBe(0);
  second.socket.terminate();
  const third = await router.accept();
  await sleep(300);
  expect(third.seen).toEqual([]);
});

test('work goes on while the router is away, and the hello says what is held', async () => {
  await using router = await startScriptedRouter();
  await using running = await startNode(router);
  const first = await router.accept();
  const [job, body] = jobOf();
  first.send(job, body);
  await eventually(() => running.scrapes.length).toBe(1);
  first.socket.terminate();
  const second = await router.greet();
  expect(second.hello.leases).toEqual([job.attempt_id]);
  second.send({ type: 'welcome', leases: [job.attempt_id], heartbeat_ms: 60_000 });
  expect(running.scrapes[0]?.signal.aborted).toBe(false);
  running.scrapes[0]?.finish(page('there'));
  expect(await second.next('result')).toMatchObject({ attempt_id: job.attempt_id });
});

test('many unacknowledged results are sent a window at a time', async () => {
  await using router = await startScriptedRouter();
  await using running = await startNode(router, {
    outboxLimits: { inFlight: 3 },
    workers: {
      capabilities: { scrape: { slots: 20, javascript: false, screenshots: false }, execute: null },
      scrape: async () => page('quick'),
    },
  });
  const peer = await router.accept();
  for (let i = 0; i < 10; i += 1) peer.send(...jobOf());
  await eventually(() => running.node.status().unacknowledged).toBe(10);
  await sleep(100);
  expect(peer.seen.filter((type) => type === 'result')).toHaveLength(3);
  for (let i = 0; i < 10; i += 1) peer.send(ackOf((await peer.next('result')).attempt_id));
  await eventually(() => running.node.status().unacknowledged).toBe(0);
});

test('a full journal takes no more work', async () => {
  await using router = await startScriptedRouter();
  await using running = await startNode(router, {
    journalLimits: { entries: 1 },
    workers: { scrape: async () => page('quick') },
  });
  const peer = await router.accept();
  peer.send(...jobOf());
  const { attempt_id } = await peer.next('result');
  peer.send(...jobOf());
  expect(await peer.next('refuse')).toMatchObject({ reason: 'busy' });
  peer.send(ackOf(attempt_id));
  await eventually(() => running.node.status().unacknowledged).toBe(0);
  peer.send(...jobOf());
  expect(await peer.next('result')).toBeTruthy();
});

test('a worker that throws is a failure of the node, which another one may mend', async () => {
  await using router = await startScriptedRouter();
  await using running = await startNode(router, {
    workers: { scrape: () => Promise.reject(new Error('a secret of this machine')) },
  });
  const peer = await router.accept();
  peer.send(...jobOf());
  const result = await peer.next('result');
  expect(result).toMatchObject({ outcome: 'failed', retryable: true });
  expect(JSON.parse(result.body ?? '')).toEqual({
    success: false,
    code: 'NODE_FAILED',
    error: 'The node failed.',
  });
  expect(running.faults).toContain('the work failed by a fault of this node');
});

test('a router that leaves heartbeats unanswered is given up', async () => {
  await using router = await startScriptedRouter();
  await using running = await startNode(router);
  const peer = await router.accept([], 100);
  await within(peer.closed, 'the close');
  await eventually(() => running.node.status().last_error?.message).toMatch(/heartbeats/);
  await router.accept();
  await eventually(() => running.node.status().state).toBe('connected');
});

test('a node that was replaced does not come back at once', async () => {
  await using router = await startScriptedRouter();
  await using running = await startNode(router, { timings: { backOffMaxMs: 2_000 } });
  const peer = await router.accept();
  await eventually(() => running.node.status().state).toBe('connected');
  peer.send({ type: 'bye', code: 'replaced', message: 'another connection took over' });
  await eventually(() => running.node.status().last_error?.code).toBe('replaced');
  await sleep(500);
  expect(router.connections()).toBe(1);
});

test('a drain finishes what runs, refuses what comes, waits for its acknowledgement and says bye', async () => {
  await using router = await startScriptedRouter();
  await using running = await startNode(router);
  const peer = await router.accept();
  const [job, body] = jobOf();
  peer.send(job, body);
  await eventually(() => running.scrapes.length).toBe(1);
  const drained = running.node.drain();
  await peer.next('drain');
  peer.send(...jobOf());
  expect(await peer.next('refuse')).toMatchObject({ reason: 'draining' });
  running.scrapes[0]?.finish(page('last'));
  peer.send(ackOf((await peer.next('result')).attempt_id));
  expect(await peer.next('bye')).toMatchObject({ code: 'bye' });
  await within(drained, 'the drain');
  expect(running.node.status()).toMatchObject({ state: 'stopped', unacknowledged: 0, jobs: { done: 1 } });
});

test('a drain that takes too long gives the work back, and unacknowledged results stay on disk', async () => {
  await using router = await startScriptedRouter();
  await using running = await startNode(router, { timings: { drainMs: 100, ackMs: 50 } });
  const peer = await router.accept();
  const [done, doneBody] = jobOf();
  const [stuck, stuckBody] = jobOf();
  peer.send(done, doneBody);
  peer.send(stuck, stuckBody);
  await eventually(() => running.scrapes.length).toBe(2);
  running.scrapes[0]?.finish(page('unacknowledged'));
  await peer.next('result');
  const drained = running.node.drain();
  expect(await peer.next('refuse')).toMatchObject({ attempt_id: stuck.attempt_id, reason: 'draining' });
  await within(drained, 'the drain');
  await using again = await startNode(router, { home: running.home, key: running.key });
  const next = await router.accept();
  expect(next.hello.results).toEqual([done.attempt_id]);
  expect(await next.next('result')).toMatchObject({ attempt_id: done.attempt_id });
  expect(again.node.status().jobs.done).toBe(1);
});

test('a stop during a drain ends it at once', async () => {
  await using router = await startScriptedRouter();
  await using running = await startNode(router);
  const peer = await router.accept();
  peer.send(...jobOf());
  await eventually(() => running.scrapes.length).toBe(1);
  const drained = running.node.drain();
  await peer.next('drain');
  await within(running.node.stop(), 'the stop');
  await within(drained, 'the drain');
});

test('two nodes never run on one home', async () => {
  await using router = await startScriptedRouter();
  await using running = await startNode(router);
  await expect(startNode(router, { home: running.home })).rejects.toThrow(/Another watt-node runs/);
});
