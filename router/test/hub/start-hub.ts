import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AttemptId, createSigningKey, type SigningKey } from '@watt/shared';
import { CONNECT_PATH, createHub, type Hub, type HubOptions } from '../../src/hub/hub.ts';
import type { HubHandlers, NodeLink, ReceivedResult } from '../../src/hub/hub-handlers.ts';

export interface TestHub extends AsyncDisposable {
  hub: Hub;
  server: Server;
  url: string;
  routerKey: SigningKey;
  /** What happened, a line each, in order. */
  events: string[];
  results: ReceivedResult[];
  /** Lines that the hub logged as warnings or errors. */
  faults: string[];
  /** The link of the latest hello. */
  link(): NodeLink;
}

type Overrides = Partial<Omit<HubOptions, 'handlers'>> & { handlers?: Partial<HubHandlers> };

/** A hub on a loopback port whose handlers take everything and write down what they saw. */
export async function startHub(overrides: Overrides = {}): Promise<TestHub> {
  const routerKey = overrides.routerKey ?? createSigningKey();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}${CONNECT_PATH}`;
  const events: string[] = [];
  const faults: string[] = [];
  const results: ReceivedResult[] = [];
  let latest: NodeLink | null = null;
  const handlers: HubHandlers = {
    async onHello(hello, link) {
      latest = link;
      events.push(`hello ${hello.name}`);
      return { accepted: true, leases: hello.leases as AttemptId[] };
    },
    async onResult(_, result) {
      results.push(result);
      events.push(`result ${result.header.attempt_id}`);
      return { verdict: 'paid', earned: '7', message: '' };
    },
    onOutput(_, { stream, offset, text }) {
      events.push(`output ${stream} ${offset} ${text}`);
      return true;
    },
    onSessionReady: async (_, attemptId) => void events.push(`ready ${attemptId}`),
    onCallResult: (_, { header, payload }) => void events.push(`call_result ${header.call_id} ${payload}`),
    onRefuse: (_, refusal) => void events.push(`refuse ${refusal.attempt_id} ${refusal.reason}`),
    onHeartbeat(_, leases) {
      events.push(`heartbeat ${leases.length}`);
      return leases as AttemptId[];
    },
    onDrain: () => void events.push('drain'),
    onClose: (link) => void events.push(`close ${link.hello.name}`),
    ...overrides.handlers,
  };
  const quiet = () => undefined;
  const note = (facts: object, message: string) => {
    faults.push('fault' in facts ? String(facts.fault) : message);
  };
  const { handlers: _, ...rest } = overrides;
  const hub = createHub({
    routerKey,
    address: url,
    heartbeatMs: 60_000,
    logger: { debug: quiet, info: quiet, warn: note, error: note },
    ...rest,
    handlers,
  });
  server.on('upgrade', (request, socket, head) => hub.handleUpgrade(request, socket, head));
  return {
    hub,
    server,
    url,
    routerKey,
    events,
    results,
    faults,
    link() {
      if (!latest) throw new Error('no node has said hello');
      return latest;
    },
    async [Symbol.asyncDispose]() {
      await hub.close(0);
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
