import { once } from 'node:events';
import {
  type Challenge,
  canonicalJson,
  createFrameReader,
  createFrameWriter,
  createNonce,
  createSigningKey,
  encodeFrame,
  type FromNode,
  type FromRouter,
  type Hello,
  type JobMessage,
  openFrame,
  PROTOCOL_VERSION,
  type SigningKey,
  sessionId,
  splitFrame,
} from '@watt/shared';
import { WebSocket } from 'ws';
import type { Role } from '../role-process.ts';

export interface InstantNodeTask {
  routerUrl: string;
  slots: number;
}

const TYPES = ['welcome', 'job', 'ack', 'leases', 'cancel', 'bye'];
const ANSWER = canonicalJson({
  success: true,
  output: { stdout: 'Hello, WATT!\n', stderr: '', exit_code: 0 },
  metadata: { language: 'python', execution_ms: 1, memory_used_mb: 1 },
});

/** A node that speaks the whole protocol, checks and signs every frame, and has every answer ready. */
export const instantNode: Role<InstantNodeTask, null> = async ({ routerUrl, slots }) => {
  const key = createSigningKey();
  const url = `${routerUrl.replace('http', 'ws')}/api/v1/nodes/connect`;
  const socket = new WebSocket(url, { perMessageDeflate: false });
  const [first] = await once(socket, 'message');
  const challenge = openChallenge(String(first));
  const hello = createHello(key, challenge, slots);
  const session = sessionId({ router: challenge.nonce, node: hello.node_nonce });
  const write = createFrameWriter<FromNode>(key, session);
  const read = createFrameReader<FromRouter>({
    peer: challenge.router,
    session,
    types: TYPES,
    check: (header): header is FromRouter => typeof header === 'object',
  });
  let beat: NodeJS.Timeout | undefined;
  const welcomed = new Promise<void>((resolve, reject) => {
    socket.once('close', (_, reason) => reject(new Error(`The router closed the connection: ${reason}`)));
    socket.on('message', (data) => {
      const frame = read(String(data));
      if ('fault' in frame) throw new Error(`The router sent a frame that is ${frame.fault}`);
      const { message } = frame;
      if (message.type === 'job') socket.send(write(resultOf(message, key), ANSWER));
      if (message.type === 'welcome') {
        beat = setInterval(() => socket.send(write({ type: 'heartbeat', leases: [] })), message.heartbeat_ms);
        resolve();
      }
    });
  });
  socket.send(encodeFrame(key, hello));
  await welcomed;
  return {
    ready: null,
    async stop() {
      clearInterval(beat);
      socket.terminate();
    },
  };
};

function openChallenge(text: string): Challenge {
  const frame = splitFrame(text);
  const challenge: Challenge = JSON.parse(frame?.header ?? '{}');
  if (frame && 'header' in openFrame(frame, challenge.router)) return challenge;
  throw new Error('The router did not greet with a signed challenge');
}

function createHello(key: SigningKey, challenge: Challenge, slots: number): Hello {
  return {
    type: 'hello',
    protocol: PROTOCOL_VERSION,
    node: key.publicKey,
    nonce: challenge.nonce,
    node_nonce: createNonce(),
    address: challenge.address,
    name: 'instant',
    class: 'pc',
    version: 'bench',
    wallet: null,
    capabilities: {
      scrape: null,
      execute: { slots, languages: ['python'], max_memory_mb: 512, runtime: 'runc' },
    },
    leases: [],
    results: [],
  };
}

function resultOf(job: JobMessage, key: SigningKey) {
  const now = Date.now();
  const { attempt_id, job_id, service, request_sha256 } = job;
  return {
    type: 'result' as const,
    node: key.publicKey,
    attempt_id,
    job_id,
    service,
    request_sha256,
    outcome: 'completed' as const,
    retryable: false,
    started_at: now,
    finished_at: now,
    artifacts: [],
  };
}
