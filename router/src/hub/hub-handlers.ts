import type { Ack, AttemptId, CallResult, Hello, JobId, NodeId, Refuse, Result, Service } from '@watt/shared';

/** One job on its way to a node. `request` is the normalised request as JSON text; it becomes the body of the frame. */
export interface OutgoingJob {
  attemptId: AttemptId;
  jobId: JobId;
  service: Service;
  request: string;
  requestSha256: string;
  /** Unix milliseconds. */
  deadline: number;
  /** What the node earns, in base units. */
  nodeShare: bigint;
  /** What other nodes left of the request's own timeout, in milliseconds; all of it when left out. */
  timeLeftMs?: number;
  /** Whether the node is to send the program's output as it comes. */
  stream?: boolean;
}

/** A call of a session on its way to its node. `body` is a `SessionCall` as JSON text. */
export interface OutgoingCall {
  attemptId: AttemptId;
  callId: string;
  body: string;
}

/** A verified result of a call: the header's exact text and signature, its parsed form, and the payload text. */
export interface ReceivedCallResult {
  header: CallResult;
  statement: { text: string; signature: string };
  payload: string;
}

/** Output of a program that runs, verified to be this node's. `offset` and `bytes` count bytes of the stream. */
export interface ReceivedOutput {
  attemptId: AttemptId;
  stream: 'stdout' | 'stderr';
  offset: number;
  bytes: number;
  text: string;
}

/** The live connection to one node, as the rest of the router sees it. */
export interface NodeLink {
  readonly nodeId: NodeId;
  readonly hello: Hello;
  readonly remoteAddress: string;
  /** False when the connection is gone or its send buffer is above the watermark: choose another node. */
  sendJob(job: OutgoingJob): boolean;
  cancel(attemptId: AttemptId, reason: string): void;
  /** False as for jobs, and when the node has too many calls to answer. The same call may be sent again. */
  sendCall(call: OutgoingCall): boolean;
  closeSession(attemptId: AttemptId): void;
  /** Says `bye` and closes. */
  close(code: string, message: string): void;
}

/** A verified result frame: the header's exact text and signature, its parsed form, the payload text, and the files that came ahead. */
export interface ReceivedResult {
  header: Result;
  statement: { text: string; signature: string };
  payload: string;
  /** By lower-case hex SHA-256; only those that the header names. */
  artifacts: Map<string, Uint8Array>;
}

export type HelloDecision =
  | { accepted: true; leases: AttemptId[] }
  | { accepted: false; code: string; message: string };

/** What the hub asks of the dispatcher. The hub owns sockets, signatures, order and limits; it knows nothing of jobs. */
export interface HubHandlers {
  /** A node proved its key. A second connection of one node replaces the first, which is closed before this is called. */
  onHello(hello: Hello, link: NodeLink): Promise<HelloDecision>;
  /** Never rejects for an expected outcome; the verdict goes back as `ack`. A rejection leaves the result unacknowledged: the node sends it again. */
  onResult(link: NodeLink, result: ReceivedResult): Promise<Pick<Ack, 'verdict' | 'earned' | 'message'>>;
  /** False when the lease is not this node's or the output is not wanted: the node gets no acknowledgement, and soon sends no more. */
  onOutput(link: NodeLink, output: ReceivedOutput): boolean;
  /** The kernel of a session answers; said again after each return of its node. When it rejects the link ends, and the node says it once more. */
  onSessionReady(link: NodeLink, attemptId: AttemptId): Promise<void>;
  onCallResult(link: NodeLink, result: ReceivedCallResult): void;
  onRefuse(link: NodeLink, refusal: Pick<Refuse, 'attempt_id' | 'reason' | 'message'>): void;
  /** The authoritative leases of this node, which answer its heartbeat. */
  onHeartbeat(link: NodeLink, leases: readonly string[]): AttemptId[];
  onDrain(link: NodeLink): void;
  /** The connection ended, for whatever reason; called once for each accepted hello. */
  onClose(link: NodeLink): void;
}
