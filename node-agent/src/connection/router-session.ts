import {
  type Ack,
  type Call,
  type CloseSession,
  createFrameReader,
  createFrameWriter,
  encodeArtifactFrame,
  type FromNode,
  type FromRouter,
  FromRouterSchema,
  type JobMessage,
  messageTypes,
  type OutputAck,
  type SigningKey,
  type Unordered,
  type Welcome,
} from '@watt/shared';
import { Compile } from 'typebox/compile';
import type WebSocket from 'ws';
import { ConnectFault, type SessionEnd } from './session-end.ts';

const fromRouter = Compile(FromRouterSchema);
const FROM_ROUTER_TYPES = messageTypes(FromRouterSchema);
const isFromRouter = (header: unknown): header is FromRouter => fromRouter.Check(header);

const MISSED_ANSWERS = 3;
/** Above what the outbox lets out and one result with its files. Who asks and does not read would fill this node's memory. */
const SEND_BUFFER_MAX_BYTES = 256 * 1024 * 1024;

export interface SessionHandlers {
  /** Called before anything else of the session, in the same turn: a job may follow right behind the welcome. */
  onWelcome(session: RouterSession, welcome: Welcome): void;
  onJob(session: RouterSession, job: JobMessage, request: string): void;
  onAck(session: RouterSession, ack: Ack): void;
  onOutputAck(session: RouterSession, ack: OutputAck): void;
  onCall(session: RouterSession, call: Call, body: string): void;
  onCloseSession(session: RouterSession, close: CloseSession): void;
  /** The authoritative leases, from the welcome and from every answer to a heartbeat. */
  onLeases(session: RouterSession, leases: readonly string[]): void;
  onCancel(session: RouterSession, attemptId: string, reason: string): void;
  /** The attempts that this node answers for: those that run, and those whose results wait for an ack. */
  heartbeatLeases(): string[];
}

export interface RouterSessionOptions {
  socket: WebSocket;
  key: SigningKey;
  routerKey: string;
  session: string;
  /** The IP address that the connection leads to, as far as it is known. */
  routerAddress: string | undefined;
  /** The router's clock minus ours, as the challenge showed it; low by the time that the challenge was on its way. */
  clockOffsetMs: number;
  handlers: SessionHandlers;
}

/**
 * One session with the router: `greeting` from the hello to the welcome, then `open`, then `ended`. Every frame that comes must be
 * the router's, of this session and next in order; anything else ends the session.
 */
export class RouterSession {
  readonly clockOffsetMs: number;
  /** Resolves with the welcome; rejects with a ConnectFault when the session ends before it. */
  readonly welcomed: Promise<void>;
  /** Resolves when a session that had been welcomed is over. */
  readonly closed: Promise<SessionEnd>;
  readonly #options: RouterSessionOptions;
  readonly #write;
  readonly #read;
  #state: 'greeting' | 'open' | 'ended' = 'greeting';
  #unanswered = 0;
  #heartbeat: NodeJS.Timeout | undefined;
  #onWelcome: () => void = () => undefined;
  #onFault: (fault: ConnectFault) => void = () => undefined;
  #onClosed: (end: SessionEnd) => void = () => undefined;

  constructor(options: RouterSessionOptions) {
    const { socket, key, routerKey, session } = options;
    this.#options = options;
    this.clockOffsetMs = options.clockOffsetMs;
    this.#write = createFrameWriter<FromNode>(key, session);
    this.#read = createFrameReader<FromRouter>({
      peer: routerKey,
      session,
      types: FROM_ROUTER_TYPES,
      check: isFromRouter,
    });
    this.welcomed = new Promise((resolve, reject) => {
      this.#onWelcome = resolve;
      this.#onFault = reject;
    });
    this.closed = new Promise((resolve) => {
      this.#onClosed = resolve;
    });
    socket.on('message', (data, isBinary) => this.#onFrame(isBinary ? null : String(data)));
    socket.on('error', () => undefined);
    socket.once('close', (_, reason) => {
      this.#over({ code: 'lost', message: String(reason) || 'The connection broke' });
    });
  }

  get isOpen(): boolean {
    const { socket } = this.#options;
    return this.#state === 'open' && socket.readyState === socket.OPEN;
  }

  get routerAddress(): string | undefined {
    return this.#options.routerAddress;
  }

  /** Bytes that wait to be written to the network. */
  get bufferedBytes(): number {
    return this.#options.socket.bufferedAmount;
  }

  /** False when the session is over and the message went nowhere. */
  send(message: Unordered<FromNode>, body: string | null = null): boolean {
    if (!this.isOpen) return false;
    const { socket } = this.#options;
    socket.send(this.#write(message, body));
    if (socket.bufferedAmount <= SEND_BUFFER_MAX_BYTES) return true;
    socket.terminate();
    this.#over({ code: 'lost', message: 'The router does not read what it asks for' });
    return false;
  }

  /** Sends a file ahead of the result that names it. */
  sendArtifact(bytes: Uint8Array): void {
    if (this.isOpen) this.#options.socket.send(encodeArtifactFrame(bytes));
  }

  /** Says `bye` and closes. */
  end(code: string, message: string): void {
    this.#close(code, message, 1000);
  }

  #onFrame(text: string | null): void {
    if (this.#state === 'ended') return;
    const frame = text === null ? ({ fault: 'not_a_frame' } as const) : this.#read(text);
    if ('fault' in frame) {
      this.#close(frame.fault, 'The router broke the protocol', 1008);
      return;
    }
    const { message, body } = frame;
    const isGreeting = message.type === 'welcome' || message.type === 'bye';
    if (this.#state === 'greeting' ? !isGreeting : message.type === 'welcome') {
      this.#close('out_of_order', 'The router broke the protocol', 1008);
    } else {
      this.#onMessage(message, body ?? '');
    }
  }

  #onMessage(message: FromRouter, body: string): void {
    const { handlers } = this.#options;
    switch (message.type) {
      case 'welcome':
        this.#state = 'open';
        this.#heartbeat = setInterval(() => this.#beat(), message.heartbeat_ms);
        handlers.onWelcome(this, message);
        this.#onWelcome();
        handlers.onLeases(this, message.leases);
        break;
      case 'leases':
        this.#unanswered = 0;
        handlers.onLeases(this, message.leases);
        break;
      case 'job':
        handlers.onJob(this, message, body);
        break;
      case 'ack':
        handlers.onAck(this, message);
        break;
      case 'output_ack':
        handlers.onOutputAck(this, message);
        break;
      case 'call':
        handlers.onCall(this, message, body);
        break;
      case 'close_session':
        handlers.onCloseSession(this, message);
        break;
      case 'cancel':
        handlers.onCancel(this, message.attempt_id, message.reason);
        break;
      case 'bye':
        this.#options.socket.close(1000);
        this.#over({ code: message.code, message: message.message });
    }
  }

  #beat(): void {
    if (this.#unanswered >= MISSED_ANSWERS) {
      this.#options.socket.terminate();
      this.#over({ code: 'lost', message: `The router left ${MISSED_ANSWERS} heartbeats without an answer` });
      return;
    }
    this.#unanswered += 1;
    this.send({ type: 'heartbeat', leases: this.#options.handlers.heartbeatLeases() });
  }

  #close(code: string, message: string, closeCode: number): void {
    if (this.#state === 'ended') return;
    const { socket } = this.#options;
    if (this.#state === 'open') this.send({ type: 'bye', code, message });
    socket.close(closeCode, code);
    this.#over({ code, message });
  }

  #over(end: SessionEnd): void {
    if (this.#state === 'ended') return;
    const wasOpen = this.#state === 'open';
    this.#state = 'ended';
    clearInterval(this.#heartbeat);
    if (wasOpen) this.#onClosed(end);
    else this.#onFault(new ConnectFault(end.code, end.message));
  }
}
