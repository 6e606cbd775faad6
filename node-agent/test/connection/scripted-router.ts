import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  canonicalJson,
  createFrameReader,
  createFrameWriter,
  createNonce,
  createSigningKey,
  decodeArtifactFrame,
  encodeFrame,
  type FromNode,
  type FromRouter,
  type Hello,
  type JobMessage,
  openFrame,
  PROTOCOL_VERSION,
  parseJson,
  type SigningKey,
  sessionId,
  sha256Hex,
  splitFrame,
  type Unordered,
} from '@watt/shared';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';

const WAIT_MS = 60_000;

type Received = FromNode & { body: string | null };

/** One connection of a node, in the test's hands. */
export interface Peer {
  socket: WebSocket;
  hello: Hello;
  session: string;
  write: (message: Unordered<FromRouter>, body?: string | null) => string;
  send(message: Unordered<FromRouter>, body?: string): string;
  /** The next message of this type; others are skipped. */
  next<T extends FromNode['type']>(
    type: T,
  ): Promise<Extract<FromNode, { type: T }> & { body: string | null }>;
  /** SHA-256 of the files that came, in order. */
  artifacts: string[];
  /** Every message that came, by type, in order. */
  seen: string[];
  closed: Promise<number>;
}

export interface ScriptedRouter extends AsyncDisposable {
  key: SigningKey;
  http: string;
  ws: string;
  /** Waits for the next connection and its hello. The welcome is the test's to send. */
  greet(forge?: { signer?: SigningKey; challenge?: Record<string, unknown> }): Promise<Peer>;
  /** As `greet`, and welcomes with these leases. */
  accept(leases?: string[], heartbeatMs?: number): Promise<Peer>;
  /** The next connection, before anything is said. */
  socket(): Promise<WebSocket>;
  connections(): number;
}

/** A websocket server with the router's key and no rules: every test writes its own. */
export async function startScriptedRouter(): Promise<ScriptedRouter> {
  const key = createSigningKey();
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ router: key.publicKey }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ws = `ws://${place}/api/v1/nodes/connect`;
  const sockets = new WebSocketServer({ server });
  const arrived = createQueue<WebSocket>();
  let count = 0;
  sockets.on('connection', (socket) => {
    count += 1;
    socket.on('error', () => undefined);
    arrived.push(socket);
  });
  const router: ScriptedRouter = {
    key,
    http: `http://${place}`,
    ws,
    connections: () => count,
    socket: () => arrived.next('a connection'),
    async greet(forge = {}) {
      const socket = await arrived.next('a connection');
      const nonce = createNonce();
      const challenge = {
        type: 'challenge',
        protocol: PROTOCOL_VERSION,
        router: key.publicKey,
        address: ws,
        nonce,
        at: Date.now(),
        ...forge.challenge,
      };
      const first = new Promise<RawData>((resolve) => socket.once('message', resolve));
      socket.send(encodeFrame(forge.signer ?? key, challenge));
      const frame = splitFrame(String(await within(first, 'the hello')));
      const hello = (frame && parseJson(frame.header)) as Hello;
      if (!frame || 'fault' in openFrame(frame, hello.node)) throw new Error('the hello is not signed');
      return peerOf(socket, key, hello);
    },
    async accept(leases = [], heartbeatMs = 60_000) {
      const peer = await router.greet();
      peer.send({ type: 'welcome', leases, heartbeat_ms: heartbeatMs });
      return peer;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return router;
}

function peerOf(socket: WebSocket, key: SigningKey, hello: Hello): Peer {
  const session = sessionId({ router: hello.nonce, node: hello.node_nonce });
  const write = createFrameWriter<FromRouter>(key, session);
  const read = createFrameReader<FromNode>({
    peer: hello.node,
    session,
    types: ['result', 'output', 'session_ready', 'call_result', 'heartbeat', 'refuse', 'drain', 'bye'],
    check: (header): header is FromNode => header !== null,
  });
  const messages = createQueue<Received>();
  const artifacts: string[] = [];
  const seen: string[] = [];
  socket.on('message', (data, isBinary) => {
    if (isBinary) {
      artifacts.push(decodeArtifactFrame(data as Buffer)?.sha256 ?? 'bad');
      return;
    }
    const frame = read(String(data));
    if ('fault' in frame) throw new Error(`the node sent a bad frame: ${frame.fault}`);
    seen.push(frame.message.type);
    messages.push({ ...frame.message, body: frame.body });
  });
  return {
    socket,
    hello,
    session,
    write,
    artifacts,
    seen,
    closed: new Promise((resolve) => socket.once('close', resolve)),
    send(message, body) {
      const text = write(message, body ?? null);
      socket.send(text);
      return text;
    },
    async next<T extends FromNode['type']>(type: T) {
      for (;;) {
        const message = await messages.next(type);
        if (message.type === type) return message as Extract<FromNode, { type: T }> & { body: string | null };
      }
    },
  };
}

let jobs = 0;

/** A job for `peer.send(...jobOf(…))`. */
export function jobOf(change: Partial<JobMessage> = {}, request: unknown = scrapeRequest()) {
  jobs += 1;
  const id = `00000000-0000-4000-8000-${String(jobs).padStart(12, '0')}`;
  const message = {
    type: 'job' as const,
    attempt_id: id,
    job_id: id,
    service: 'scrape' as const,
    request_sha256: sha256Hex('body'),
    deadline: Date.now() + 60_000,
    node_share: '70000000',
    ...change,
  };
  return [message, canonicalJson(request)] as const;
}

export function scrapeRequest(options = {}) {
  return {
    url: 'http://site.example/',
    output_format: 'text',
    options: { javascript: false, screenshots: false, timeout: 30, ...options },
  };
}

export function ackOf(attemptId: string) {
  return {
    type: 'ack' as const,
    attempt_id: attemptId,
    verdict: 'paid' as const,
    earned: '70000000',
    message: '',
  };
}

function createQueue<T>() {
  const items: T[] = [];
  let wake: (() => void) | null = null;
  return {
    push(item: T) {
      items.push(item);
      wake?.();
    },
    async next(what: string): Promise<T> {
      while (items.length === 0) {
        await within(
          new Promise<void>((resolve) => {
            wake = resolve;
          }),
          what,
        );
      }
      return items.shift() as T;
    },
  };
}

/** Rejects when the work takes longer than a test may wait. */
export async function within<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${WAIT_MS} ms for ${what}`)), WAIT_MS);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
