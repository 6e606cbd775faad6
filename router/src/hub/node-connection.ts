import type { Socket } from 'node:net';
import {
  type AttemptId,
  createFrameReader,
  createFrameWriter,
  type FromNode,
  FromNodeSchema,
  type FromRouter,
  type Hello,
  LIMITS,
  messageTypes,
  type NodeId,
  type SigningKey,
  type Unordered,
} from '@watt/shared';
import { Compile } from 'typebox/compile';
import type { RawData, WebSocket } from 'ws';
import { createCallIntake } from './call-intake.ts';
import { closeSocket } from './close-socket.ts';
import type { HubHandlers, NodeLink, OutgoingCall, OutgoingJob } from './hub-handlers.ts';
import type { HubLimits } from './hub-limits.ts';
import type { HubLogger } from './hub-logger.ts';
import type { LinkFault } from './link-fault.ts';
import { createAllowance } from './message-allowance.ts';
import { createOutputIntake } from './output-intake.ts';
import { createResultIntake } from './result-intake.ts';

const fromNode = Compile(FromNodeSchema);
const FROM_NODE_TYPES = messageTypes(FromNodeSchema);
const isFromNode = (header: unknown): header is FromNode => fromNode.Check(header);

// A link that moves this much within one heartbeat interval is alive: a large file on a slow line holds heartbeats up.
const LIVELY_BYTES = 16 * 1024;
// The frames that may answer one job: its files, its result, and a refusal that crossed a cancellation.
const FRAMES_PER_JOB = LIMITS.artifactsPerResult + 2;
// What may be on its way without an acknowledgement, and the last word of either stream.
const FRAMES_PER_STREAM = LIMITS.outputFramesInFlight + 2;

type OutgoingMessage = Unordered<FromRouter>;

export interface ConnectionOptions {
  socket: WebSocket;
  /** The TCP socket below, to see that something arrives. */
  raw: Socket;
  hello: Hello;
  session: string;
  remoteAddress: string;
  /** For the welcome: what pages may not, or may alone, be fetched from. */
  scrapeDomains: { blocked: string[]; allowed: string[] };
  /** For the welcome: what pages are fetched by. */
  scrapeProxies: string[];
  routerKey: SigningKey;
  handlers: HubHandlers;
  limits: HubLimits;
  clock: () => number;
  logger: HubLogger;
  /** Called once, when the link is over; `wasOpen` says whether it had been welcomed. */
  onEnd(connection: NodeConnection, wasOpen: boolean): void;
}

/**
 * One proven node on one socket: `deciding` until the handlers accepted its hello, then `open`, then `ended`, which nothing
 * leaves. What is sent while deciding waits behind the welcome; what arrives while deciding is a fault.
 */
export class NodeConnection implements NodeLink {
  readonly nodeId: NodeId;
  readonly hello: Hello;
  readonly remoteAddress: string;
  readonly #options: ConnectionOptions;
  readonly #write;
  readonly #read;
  readonly #intake;
  readonly #output;
  readonly #calls;
  readonly #allowance;
  #state: 'deciding' | 'open' | 'ended' = 'deciding';
  #waiting: { message: OutgoingMessage; body: string | null }[] = [];
  #missed = 0;
  #bytesSeen = 0;

  constructor(options: ConnectionOptions) {
    const { socket, hello, session, limits, clock, logger, handlers, routerKey } = options;
    this.nodeId = hello.node as NodeId;
    this.hello = hello;
    this.remoteAddress = options.remoteAddress;
    this.#options = options;
    this.#write = createFrameWriter<FromRouter>(routerKey, session);
    this.#read = createFrameReader<FromNode>({
      peer: hello.node,
      session,
      types: FROM_NODE_TYPES,
      check: isFromNode,
    });
    this.#allowance = createAllowance(limits, clock);
    this.#allowance.grant((hello.results.length + hello.leases.length) * FRAMES_PER_JOB);
    this.#intake = createResultIntake({
      link: this,
      handlers,
      limits,
      logger,
      setPaused: (isPaused) => this.#setPaused(isPaused),
    });
    const onExpected = (): void => this.#allowance.grant(1);
    this.#output = createOutputIntake({ link: this, handlers, onTaken: onExpected });
    this.#calls = createCallIntake({ link: this, handlers, limits, logger, onAsked: onExpected });
    socket.on('message', (data: RawData, isBinary: boolean) => this.#onFrame(data, isBinary));
    socket.on('ping', () => {
      if (!this.#allowance.spend()) this.#fail('too_many_messages');
    });
    socket.on('close', () => this.#over());
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  get isEnded(): boolean {
    return this.#state === 'ended';
  }

  /** Sends the welcome, and then what was sent in the meantime. */
  open(leases: AttemptId[], heartbeatMs: number): void {
    this.#state = 'open';
    const { remoteAddress: address, scrapeDomains: scrape_domains, scrapeProxies } = this.#options;
    this.send({
      ...{ type: 'welcome', leases, heartbeat_ms: heartbeatMs, address, scrape_domains },
      ...(scrapeProxies.length > 0 && { scrape_proxies: scrapeProxies }),
    });
    for (const { message, body } of this.#waiting.splice(0)) this.send(message, body);
  }

  sendJob(job: OutgoingJob): boolean {
    if (!this.#canSend()) return false;
    const { attemptId, jobId, service, request, requestSha256, deadline, nodeShare, timeLeftMs, stream } =
      job;
    this.#allowance.grant(FRAMES_PER_JOB + (stream ? FRAMES_PER_STREAM : 0));
    this.send(
      {
        type: 'job',
        attempt_id: attemptId,
        job_id: jobId,
        service,
        request_sha256: requestSha256,
        deadline,
        node_share: nodeShare.toString(),
        ...(timeLeftMs !== undefined && { time_left_ms: Math.floor(timeLeftMs) }),
        ...(stream && { stream }),
      },
      request,
    );
    return true;
  }

  sendCall(call: OutgoingCall): boolean {
    return this.#canSend() && this.#calls.send(call);
  }

  closeSession(attemptId: AttemptId): void {
    this.send({ type: 'close_session', attempt_id: attemptId });
  }

  cancel(attemptId: AttemptId, reason: string): void {
    this.#forget(attemptId);
    this.send({ type: 'cancel', attempt_id: attemptId, reason: reason.slice(0, 2000) });
  }

  close(code: string, message: string): void {
    this.end(code, message);
  }

  send(message: OutgoingMessage, body: string | null = null): void {
    const { socket, limits, logger } = this.#options;
    if (this.#state === 'deciding') this.#waiting.push({ message, body });
    if (this.#state !== 'open' || socket.readyState !== socket.OPEN) return;
    socket.send(this.#write(message, body));
    if (socket.bufferedAmount <= limits.sendBufferMaxBytes) return;
    logger.warn({ node: this.nodeId, buffered: socket.bufferedAmount }, 'node link ended: slow_reader');
    socket.terminate();
  }

  /** Says `bye` and closes; what arrives from now on is not read. */
  end(code: string, message: string): void {
    if (this.#state === 'ended') return;
    const { socket } = this.#options;
    if (socket.readyState === socket.OPEN) {
      socket.send(this.#write({ type: 'bye', code: code.slice(0, 60), message: message.slice(0, 2000) }));
    }
    closeSocket(socket, code, message);
    // The close handshake needs reading, and a full intake may have stopped it.
    socket.resume();
    this.#over();
  }

  /** To be called once per heartbeat interval. A link without a sign of life for too many of them is dead. */
  tick(): void {
    const { socket, raw, limits } = this.#options;
    const received = raw.bytesRead - this.#bytesSeen;
    this.#bytesSeen = raw.bytesRead;
    this.#missed = received >= LIVELY_BYTES || socket.isPaused ? 0 : this.#missed + 1;
    if (this.#missed > limits.missedHeartbeats) this.#fail('heartbeat_lost');
    else if (socket.readyState === socket.OPEN) socket.ping();
  }

  /** Settles when no result of this node is in the handlers' hands. */
  idle(): Promise<void> {
    return this.#intake.idle();
  }

  #onFrame(data: RawData, isBinary: boolean): void {
    if (this.#state === 'ended') return;
    const fault = this.#state === 'deciding' ? 'early_message' : this.#take(data as Buffer, isBinary);
    if (fault) this.#fail(fault);
  }

  #take(bytes: Buffer, isBinary: boolean): LinkFault | null {
    if (!this.#allowance.spend()) return 'too_many_messages';
    if (isBinary) return this.#intake.onArtifact(bytes);
    if (bytes.length > this.#options.limits.frameBytes) return 'frame_too_large';
    const frame = this.#read(bytes.toString());
    if ('fault' in frame) return frame.fault;
    const { message } = frame;
    if (message.type === 'result') {
      this.#forget(message.attempt_id);
      return this.#intake.onResult({ ...frame, message });
    }
    try {
      if (message.type === 'output') return this.#output.onOutput({ ...frame, message });
      if (message.type === 'call_result') return this.#calls.onCallResult({ ...frame, message });
      this.#onMessage(message);
    } catch (error) {
      this.#options.logger.error({ err: error, node: this.nodeId }, `${message.type} was not handled`);
      this.end('internal', 'the router failed, connect again soon');
    }
    return null;
  }

  #onMessage(message: Exclude<FromNode, { type: 'result' | 'output' | 'call_result' }>): void {
    const { handlers, logger } = this.#options;
    switch (message.type) {
      case 'heartbeat':
        this.#missed = 0;
        this.send({ type: 'leases', leases: handlers.onHeartbeat(this, message.leases) });
        break;
      case 'session_ready':
        void this.#calls.onReady(message.attempt_id as AttemptId);
        break;
      case 'refuse':
        this.#forget(message.attempt_id);
        handlers.onRefuse(this, message);
        break;
      case 'drain':
        handlers.onDrain(this);
        break;
      case 'bye':
        logger.info({ node: this.nodeId, code: message.code, reason: message.message }, 'node said bye');
        this.end('bye', '');
    }
  }

  #canSend(): boolean {
    const { socket, limits } = this.#options;
    if (this.#state === 'ended' || socket.readyState !== socket.OPEN) return false;
    return socket.bufferedAmount <= limits.sendBufferBytes;
  }

  /** The attempt is over. */
  #forget(attemptId: string): void {
    this.#output.forget(attemptId);
    this.#calls.forget(attemptId);
  }

  #fail(fault: LinkFault | 'heartbeat_lost'): void {
    if (this.#state === 'ended') return;
    this.#options.logger.warn(
      { node: this.nodeId, address: this.remoteAddress, fault },
      `node link ended: ${fault}`,
    );
    this.end(fault, 'see the protocol’s table of faults');
  }

  #setPaused(isPaused: boolean): void {
    if (this.#state !== 'open') return;
    if (isPaused) this.#options.socket.pause();
    else this.#options.socket.resume();
  }

  #over(): void {
    if (this.#state === 'ended') return;
    const wasOpen = this.#state === 'open';
    this.#state = 'ended';
    this.#options.onEnd(this, wasOpen);
  }
}
