import {
  type Ack,
  type Call,
  canonicalJson,
  createSigningKey,
  type JobMessage,
  type SessionCall,
  type SessionCallPayload,
  type SessionEnd,
  sha256Hex,
} from '@watt/shared';
import { connectLivingNode, resultHeader } from '../hub/living-node.ts';
import type { RawNode } from '../hub/raw-node.ts';

interface RunCall {
  call_id: string;
  code_sha256: string;
  result_sha256: string;
  started_at: number;
  finished_at: number;
}

interface Held {
  job: JobMessage;
  request: Record<string, unknown>;
  calls: Map<string, { payload: string; entry: RunCall }>;
}

/** How the node behaves; a test changes it as it goes. */
export interface Manners {
  /** What it does with a new session. */
  onJob: 'ready' | 'hold' | 'refuse';
  onCall: 'answer' | 'hold';
  onClose: 'end' | 'ignore';
  run(code: string): SessionCallPayload;
}

/** A node with kernels that are scripted: it remembers its sessions when the connection is lost. */
export interface SessionNode {
  readonly id: string;
  readonly manners: Manners;
  readonly jobs: JobMessage[];
  /** Every `call` that came, also one that came again. */
  readonly asked: string[];
  /** Programs that were run. */
  readonly ran: string[];
  readonly acks: Ack[];
  readonly cancelled: string[];
  readonly closed: string[];
  readonly raw: RawNode;
  ready(jobId: string): void;
  answer(callId: string): void;
  /** Ends a session with its result. `tamper` changes its payload. */
  end(jobId: string, ended: SessionEnd, tamper?: (payload: SessionEndPayload) => unknown): void;
  /** Says that another node could do better. */
  fail(jobId: string): void;
  resend(): void;
  /** Breaks the connection, and keeps the sessions or forgets them. */
  drop(options?: { forget: boolean }): void;
  connect(routerUrl: string): Promise<void>;
  stop(): Promise<void>;
}

export interface SessionEndPayload {
  success: true;
  data: { ended: SessionEnd; calls: RunCall[] };
  metadata: { language: string; alive_ms: number; memory_used_mb: number };
}

export const echo = (code: string): SessionCallPayload => ({
  success: true,
  output: { stdout: `ran ${code}\n`, stderr: '', value: null },
  metadata: { execution_ms: 1 },
});

export async function startSessionNode(
  routerUrl: string,
  { slots = 4, ...more }: { slots?: number } & Partial<Manners> = {},
): Promise<SessionNode> {
  const key = createSigningKey();
  const held = new Map<string, Held>();
  const waiting = new Map<string, () => void>();
  let last: (() => void) | null = null;
  let raw: RawNode;
  let serving: Promise<void> = Promise.resolve();

  const ofJob = (jobId: string): Held => {
    const found = [...held.values()].find(({ job }) => job.job_id === jobId);
    if (!found) throw new Error(`The node does not have session ${jobId}`);
    return found;
  };

  const sendResult = (jobId: string, body: string, outcome: 'completed' | 'failed'): void => {
    const retryable = outcome === 'failed';
    const header = resultHeader({ key }, ofJob(jobId).job, { outcome, retryable });
    last = () => void raw.send(header, body);
    last();
  };

  const run = (message: Call, body: string): void => {
    const session = held.get(message.attempt_id);
    if (!session) throw new Error('A call came for a session that the node does not have');
    const { code } = JSON.parse(body) as SessionCall;
    const known = session.calls.get(message.call_id);
    const payload = known?.payload ?? canonicalJson(node.manners.run(code));
    const entry: RunCall = known?.entry ?? {
      call_id: message.call_id,
      code_sha256: sha256Hex(code),
      result_sha256: sha256Hex(payload),
      started_at: 1,
      finished_at: 2,
    };
    if (!known) node.ran.push(code);
    session.calls.set(message.call_id, { payload, entry });
    const { result_sha256: _, ...rest } = entry;
    raw.send(
      {
        type: 'call_result',
        node: key.publicKey,
        attempt_id: message.attempt_id,
        job_id: session.job.job_id,
        ...rest,
      },
      payload,
    );
  };

  const serve = async (): Promise<void> => {
    for (;;) {
      const message = await raw.any();
      const body = raw.bodies.at(-1) ?? '{}';
      if (message.type === 'job') {
        node.jobs.push(message);
        held.set(message.attempt_id, { job: message, request: JSON.parse(body), calls: new Map() });
        if (node.manners.onJob === 'ready') node.ready(message.job_id);
        if (node.manners.onJob === 'refuse') {
          held.delete(message.attempt_id);
          raw.send({
            type: 'refuse',
            attempt_id: message.attempt_id,
            reason: 'busy',
            message: 'as the test says',
          });
        }
      } else if (message.type === 'call') {
        node.asked.push(message.call_id);
        if (node.manners.onCall === 'answer') run(message, body);
        else waiting.set(message.call_id, () => run(message, body));
      } else if (message.type === 'close_session') {
        node.closed.push(message.attempt_id);
        const session = held.get(message.attempt_id);
        if (session && node.manners.onClose === 'end') node.end(session.job.job_id, 'closed');
      } else if (message.type === 'cancel') {
        node.cancelled.push(message.attempt_id);
        held.delete(message.attempt_id);
      } else if (message.type === 'ack') node.acks.push(message);
    }
  };

  const node: SessionNode = {
    id: key.publicKey,
    manners: { onJob: 'ready', onCall: 'answer', onClose: 'end', run: echo, ...more },
    jobs: [],
    asked: [],
    ran: [],
    acks: [],
    cancelled: [],
    closed: [],
    get raw() {
      return raw;
    },
    ready: (jobId) => void raw.send({ type: 'session_ready', attempt_id: ofJob(jobId).job.attempt_id }),
    answer(callId) {
      const go = waiting.get(callId);
      if (!go) throw new Error(`Call ${callId} does not wait`);
      waiting.delete(callId);
      go();
    },
    end(jobId, ended, tamper = (payload) => payload) {
      const { request, calls } = ofJob(jobId);
      const data = { ended, calls: [...calls.values()].map(({ entry }) => entry) };
      const metadata = { language: String(request['language']), alive_ms: 1, memory_used_mb: 9 };
      const body = canonicalJson(tamper({ success: true, data, metadata }));
      sendResult(jobId, body, 'completed');
    },
    fail(jobId) {
      const failure = { success: false, code: 'NODE_FAILED', error: 'the kernel is lost' };
      sendResult(jobId, canonicalJson(failure), 'failed');
    },
    resend: () => last?.(),
    drop({ forget } = { forget: false }) {
      raw.socket.terminate();
      if (forget) held.clear();
    },
    async connect(url) {
      const capabilities = {
        scrape: null,
        execute: {
          slots: 1,
          languages: ['python' as const],
          max_memory_mb: 512,
          runtime: 'runc',
          sessions: { slots, languages: ['python' as const, 'javascript' as const] },
        },
      };
      const leases = () => [...held.keys()];
      const hello = { capabilities, leases: leases() };
      raw = (await connectLivingNode(url, { key, hello, leases })).node;
      // It ends when the connection does.
      serving = serve().catch(() => undefined);
    },
    async stop() {
      raw.socket.terminate();
      await raw.closed;
      await serving;
    },
  };
  await node.connect(routerUrl);
  return node;
}
