import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AttemptId, createAttemptId, createJobId, createSigningKey, sha256Hex } from '@watt/shared';
import { expect, test } from 'vitest';
import type { Workers } from '../../../node-agent/src/jobs/workers.ts';
import { CONNECT_PATH, createHub, type Hub } from '../../src/hub/hub.ts';
import type { HubHandlers, NodeLink, OutgoingJob } from '../../src/hub/hub-handlers.ts';
import { startRealNode } from '../harness/real-node.ts';

const logger = { debug() {}, info() {}, warn() {}, error() {} };
const request = JSON.stringify({
  url: 'http://site.example/',
  output_format: 'text',
  options: { javascript: false, screenshots: false, timeout: 30 },
});

function job(): OutgoingJob {
  return {
    attemptId: createAttemptId(),
    jobId: createJobId(),
    service: 'scrape',
    request,
    requestSha256: sha256Hex(request),
    deadline: Date.now() + 60_000,
    nodeShare: 70n,
  };
}

/** A router whose hub can be ended and begun again at the same address, with a memory that outlives it. */
async function startRouter() {
  const routerKey = createSigningKey();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const http = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const leases = new Set<AttemptId>();
  const paid = new Map<string, number>();
  const links: NodeLink[] = [];
  let isTaking = true;
  const handlers: HubHandlers = {
    async onHello(_, link) {
      links.push(link);
      return { accepted: true, leases: [...leases] };
    },
    async onResult(_, { header }) {
      if (!isTaking) throw new Error('the database is away');
      const attemptId = header.attempt_id as AttemptId;
      paid.set(attemptId, (paid.get(attemptId) ?? 0) + 1);
      leases.delete(attemptId);
      return { verdict: 'paid', earned: '70', message: '' };
    },
    onOutput: () => false,
    onSessionReady: async () => undefined,
    onCallResult() {},
    onRefuse: (_, { attempt_id }) => void leases.delete(attempt_id as AttemptId),
    onHeartbeat: () => [...leases],
    onDrain() {},
    onClose() {},
  };
  let hub: Hub;
  const begin = () => {
    hub = createHub({
      routerKey,
      address: http.replace('http', 'ws') + CONNECT_PATH,
      handlers,
      heartbeatMs: 100,
      logger,
    });
  };
  begin();
  server.on('upgrade', (upgrade, socket, head) => hub.handleUpgrade(upgrade, socket, head));
  return {
    http,
    routerKey,
    leases,
    paid,
    links,
    link: () => links.at(-1),
    setTaking: (value: boolean) => {
      isTaking = value;
    },
    async restart() {
      await hub.close(0);
      begin();
    },
    async [Symbol.asyncDispose]() {
      await hub.close(0);
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const startNode = (router: { http: string; routerKey: { publicKey: string } }, workers: Workers) =>
  startRealNode({ url: router.http, key: router.routerKey.publicKey }, workers, {
    timings: { backOffMinMs: 20, backOffMaxMs: 100, ackMs: 300 },
    outboxLimits: { resendMs: 200 },
  });

const quick: Workers = {
  capabilities: { scrape: { slots: 64, javascript: false, screenshots: false }, execute: null },
  problems: [],
  scrape: async () => ({
    kind: 'completed',
    data: { text: 'x' },
    metadata: {
      url: 'http://site.example/',
      status: 200,
      content_type: null,
      encoding: 'utf-8',
      redirects: [],
      title: null,
      scraped_at: '2026-01-01T00:00:00.000Z',
      size_bytes: 1,
      execution_ms: 1,
      timings: {},
    },
    artifacts: [],
  }),
  close: async () => undefined,
};

const eventually = <T>(read: () => T) => expect.poll(read);

test('jobs survive a database that is away and a hub that starts anew, and every result is paid once', async () => {
  await using router = await startRouter();
  await using running = await startNode(router, quick);
  await eventually(() => router.link()).toBeDefined();
  const send = (count: number) => {
    for (let i = 0; i < count; i += 1) {
      const next = job();
      router.leases.add(next.attemptId);
      router.link()?.sendJob(next);
    }
  };
  send(20);
  await eventually(() => router.paid.size).toBe(20);
  router.setTaking(false);
  send(20);
  await eventually(() => running.node.status().jobs.done).toBe(40);
  await router.restart();
  router.setTaking(true);
  await eventually(() => router.paid.size).toBe(40);
  await eventually(() => running.node.status().unacknowledged).toBe(0);
  expect([...router.paid.values()].every((times) => times === 1)).toBe(true);
  expect(router.leases.size).toBe(0);
  expect(running.node.status().earned.total_base).toBe(String(40 * 70));
});

test('the node stops what the router has forgotten', async () => {
  await using router = await startRouter();
  const aborted: string[] = [];
  await using running = await startNode(router, {
    ...quick,
    scrape: (task, signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          aborted.push(task.url);
          reject(signal.reason);
        });
      }),
  });
  await eventually(() => router.link()).toBeDefined();
  const one = job();
  router.leases.add(one.attemptId);
  router.link()?.sendJob(one);
  await eventually(() => running.node.status().running.length).toBe(1);
  router.leases.delete(one.attemptId);
  await eventually(() => aborted.length).toBe(1);
  const lost = createAttemptId();
  router.leases.add(lost);
  await eventually(() => router.leases.has(lost)).toBe(false);
  expect(router.paid.size).toBe(0);
});
