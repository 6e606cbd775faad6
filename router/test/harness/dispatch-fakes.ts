import {
  type AttemptId,
  type Capabilities,
  canonicalJson,
  createJobId,
  createSigningKey,
  type Hello,
  type NodeId,
  sha256Hex,
} from '@watt/shared';
import type { DispatchStore } from '../../src/dispatch/store.ts';
import type { NodeLink, OutgoingCall, OutgoingJob, ReceivedResult } from '../../src/hub/hub-handlers.ts';
import type { QueuedJob } from '../../src/jobs/jobs.ts';

export const EVERYTHING: Capabilities = {
  scrape: { slots: 1, javascript: true, screenshots: true },
  execute: { slots: 1, languages: ['python', 'javascript', 'bash'], max_memory_mb: 512, runtime: 'runc' },
};

export interface FakeLink extends NodeLink {
  readonly sent: OutgoingJob[];
  readonly cancelled: AttemptId[];
  readonly calls: OutgoingCall[];
  readonly closed: AttemptId[];
  isGone: boolean;
}

/** A connected node that takes jobs and answers nothing. */
export function createLink(capabilities: Capabilities = EVERYTHING, hello: Partial<Hello> = {}): FakeLink {
  const nodeId = (hello.node ?? createSigningKey().publicKey) as NodeId;
  const link: FakeLink = {
    nodeId,
    hello: { node: nodeId, capabilities, leases: [], results: [], ...hello } as unknown as Hello,
    remoteAddress: '192.0.2.1',
    sent: [],
    cancelled: [],
    calls: [],
    closed: [],
    isGone: false,
    sendJob(job) {
      if (!link.isGone) link.sent.push(job);
      return !link.isGone;
    },
    sendCall(call) {
      if (!link.isGone) link.calls.push(call);
      return !link.isGone;
    },
    closeSession: (attemptId) => void link.closed.push(attemptId),
    cancel: (attemptId) => void link.cancelled.push(attemptId),
    close() {
      throw new Error('close was not planned');
    },
  };
  return link;
}

type Calls = { [Name in keyof DispatchStore]: Parameters<DispatchStore[Name]>[0][] };
export type FakeStore = DispatchStore & { readonly calls: Calls };

const NAMES = [
  'lease',
  'serveCopy',
  'complete',
  'sessionReady',
  'sessionClosed',
  'endAttempt',
  'failQueued',
  'pastAttempt',
  'adopt',
  'claim',
  'nodeOnline',
  'nodeState',
  'nodesSeen',
] as const satisfies (keyof DispatchStore)[];

/** A store that writes down its calls, does what the test planned, and throws on every other call. */
export function createStore(planned: Partial<DispatchStore>): FakeStore {
  const calls = Object.fromEntries(NAMES.map((name) => [name, []])) as unknown as Calls;
  const methods = NAMES.map((name) => [
    name,
    async (...args: unknown[]) => {
      (calls[name] as unknown[]).push(args[0]);
      const method = planned[name] as ((...given: unknown[]) => unknown) | undefined;
      if (!method) throw new Error(`${name} was not planned`);
      return method(...args);
    },
  ]);
  return { ...Object.fromEntries(methods), calls };
}

/** Leases every job, and counts its attempts as the database does. */
export function leaseAll(): DispatchStore['lease'] {
  const attempts = new Map<string, number>();
  return async ({ jobId }) => {
    const count = (attempts.get(jobId) ?? 0) + 1;
    attempts.set(jobId, count);
    return count;
  };
}

/** A paid execution. */
export function queuedJob(more: Partial<QueuedJob> & { memoryMb?: number } = {}): QueuedJob {
  const { memoryMb = 128, ...rest } = more;
  return {
    id: createJobId(),
    service: 'execute',
    request: JSON.stringify({ language: 'python', code: 'print(1)', timeout: 5, memory_mb: memoryMb }),
    requestSha256: 'a'.repeat(64),
    price: 100n,
    sessionMinutes: null,
    nodeShare: 70n,
    burnShare: 1n,
    attempts: 0,
    queuedAt: 0,
    ...rest,
  };
}

const PROGRAM_RESULT = {
  success: true,
  output: { stdout: '1\n', stderr: '', exit_code: 0 },
  metadata: { language: 'python', execution_ms: 5, memory_used_mb: 9 },
};

/** What a node sends back for a job, its signature already checked by the hub. */
export function resultOf(
  job: QueuedJob,
  more: { attemptId?: string; payload?: unknown; text?: string; header?: object } = {},
): ReceivedResult {
  const payload = more.text ?? canonicalJson(more.payload ?? PROGRAM_RESULT);
  const header = {
    attempt_id: more.attemptId,
    job_id: job.id,
    service: job.service,
    request_sha256: job.requestSha256,
    outcome: 'completed',
    retryable: false,
    artifacts: [],
    body_sha256: sha256Hex(payload),
    ...more.header,
  };
  return {
    header: header as unknown as ReceivedResult['header'],
    statement: { text: JSON.stringify(header), signature: 'signature' },
    payload,
    artifacts: new Map(),
  };
}
