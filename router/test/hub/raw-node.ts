import {
  type Challenge,
  canonicalJson,
  createFrameWriter,
  createNonce,
  createSigningKey,
  encodeFrame,
  type FromNode,
  type FromRouter,
  type Hello,
  openFrame,
  PROTOCOL_VERSION,
  type SigningKey,
  sessionId,
  sha256Hex,
  splitFrame,
  type Unordered,
} from '@watt/shared';
import WebSocket, { type ClientOptions } from 'ws';

const WAIT_MS = 60_000;

/** A node made of a websocket and nothing else, so that a test can break every rule of the protocol. */
export interface RawNode {
  key: SigningKey;
  socket: WebSocket;
  challenge: Challenge;
  session: string;
  hello: Hello;
  /** Sends a frame in order; returns its text. */
  send(message: Unordered<FromNode>, body?: string): string;
  write: (message: Unordered<FromNode>, body?: string | null) => string;
  /** The next message that has this type; others are skipped. */
  next<T extends FromRouter['type']>(type: T): Promise<Extract<FromRouter, { type: T }>>;
  /** The next message, whatever it is. */
  any(): Promise<FromRouter>;
  /** Bodies of the frames that had one, in order. */
  bodies: string[];
  closed: Promise<{ code: number; reason: string }>;
}

export interface RawNodeOptions {
  key?: SigningKey;
  /** Members of the hello to be replaced. */
  hello?: Partial<Hello>;
  /** Signs the hello instead of the node's key. */
  signer?: SigningKey;
  client?: ClientOptions;
}

export interface Greeted {
  socket: WebSocket;
  challenge: Challenge;
  closed: Promise<{ code: number; reason: string }>;
  frames: Inbox;
}

/** Connects and waits for the challenge only. */
export async function connectRaw(url: string, client: ClientOptions = {}): Promise<Greeted> {
  const socket = new WebSocket(url, { perMessageDeflate: false, ...client });
  const frames = collectFrames(socket);
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  socket.on('error', () => undefined);
  await within(
    new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    }),
    'the connection',
  );
  const frame = splitFrame(await frames.next());
  if (!frame) throw new Error('the challenge is no frame');
  return { socket, challenge: JSON.parse(frame.header) as Challenge, closed, frames };
}

/** Connects and says hello. The welcome is the caller's to wait for. */
export async function connectNode(url: string, options: RawNodeOptions = {}): Promise<RawNode> {
  const { socket, challenge, closed, frames } = await connectRaw(url, options.client);
  const key = options.key ?? createSigningKey();
  const hello: Hello = {
    type: 'hello',
    protocol: PROTOCOL_VERSION,
    node: key.publicKey,
    nonce: challenge.nonce,
    node_nonce: createNonce(),
    address: challenge.address,
    name: 'raw',
    class: 'pc',
    version: '0.0.0',
    wallet: null,
    capabilities: { scrape: { slots: 1, javascript: false, screenshots: false }, execute: null },
    leases: [],
    results: [],
    ...options.hello,
  };
  const session = sessionId({ router: hello.nonce, node: hello.node_nonce });
  const write = createFrameWriter<FromNode>(key, session);
  const bodies: string[] = [];
  socket.send(encodeFrame(options.signer ?? key, hello));
  const any = async (): Promise<FromRouter> => {
    const frame = splitFrame(await frames.next());
    const opened = frame && openFrame(frame, challenge.router);
    if (!opened || 'fault' in opened) throw new Error('the router sent a bad frame');
    if (frame.body !== null) bodies.push(frame.body);
    return opened.header as FromRouter;
  };
  return {
    key,
    socket,
    challenge,
    session,
    hello,
    closed,
    bodies,
    write,
    send(message, body) {
      const text = write(message, body ?? null);
      socket.send(text);
      return text;
    },
    any,
    async next<T extends FromRouter['type']>(type: T) {
      for (;;) {
        const message = await any();
        if (message.type === type) return message as Extract<FromRouter, { type: T }>;
      }
    },
  };
}

/** A result of a scrape with its body, ready to be sent. */
export function resultOf(node: { key: SigningKey }, attemptId: string, artifacts: Buffer[] = []) {
  const body = canonicalJson({ success: true, data: { text: attemptId }, metadata: {} });
  const message = {
    type: 'result' as const,
    node: node.key.publicKey,
    attempt_id: attemptId,
    job_id: attemptId,
    service: 'scrape' as const,
    request_sha256: sha256Hex('request'),
    outcome: 'completed' as const,
    retryable: false,
    started_at: 1,
    finished_at: 2,
    artifacts: artifacts.map((bytes) => ({
      content_type: 'image/png',
      sha256: sha256Hex(bytes),
      size_bytes: bytes.length,
    })),
  };
  return { message, body };
}

interface Inbox {
  next(): Promise<string>;
}

function collectFrames(socket: WebSocket): Inbox {
  const arrived: string[] = [];
  let wake: (() => void) | null = null;
  let isOver = false;
  const ring = () => {
    wake?.();
    wake = null;
  };
  socket.on('message', (data) => {
    arrived.push(String(data));
    ring();
  });
  socket.once('close', () => {
    isOver = true;
    ring();
  });
  return {
    async next() {
      while (arrived.length === 0) {
        if (isOver) throw new Error('the connection is closed');
        await within(new Promise<void>((resolve) => (wake = resolve)), 'a frame');
      }
      return arrived.shift() ?? '';
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
