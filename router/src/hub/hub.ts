import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Hello, LIMITS, type NodeId, type SigningKey } from '@watt/shared';
import { type WebSocket, WebSocketServer } from 'ws';
import { withinMs } from '../within-ms.ts';
import { createAdmission, type Ticket } from './admission.ts';
import { awaitHello } from './await-hello.ts';
import { closeSocket } from './close-socket.ts';
import type { HelloDecision, HubHandlers, NodeLink } from './hub-handlers.ts';
import { DEFAULT_HUB_LIMITS, type HubLimits } from './hub-limits.ts';
import type { HubLogger } from './hub-logger.ts';
import { NodeConnection } from './node-connection.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';

export const CONNECT_PATH = '/api/v1/nodes/connect';
const HASH_BYTES = 32;

export interface HubOptions {
  routerKey: SigningKey;
  /** The websocket address by which nodes reach this router, e.g. `wss://router.example/api/v1/nodes/connect`. */
  address: string | (() => string);
  handlers: HubHandlers;
  limits?: Partial<HubLimits>;
  /** How often nodes send heartbeats, in milliseconds. */
  heartbeatMs?: number;
  /** Unix milliseconds. */
  clock?: () => number;
  logger: HubLogger;
  /** Told to every node at its welcome, as patterns; none when left out. */
  scrapeDomains?: { blocked: string[]; allowed: string[] };
  /** Told to every node at its welcome: proxies that scrapes go out by. */
  scrapeProxies?: string[];
  /** The peer's address, for routers behind a proxy that they trust. */
  remoteAddressOf?: (request: IncomingMessage) => string;
}

export interface Hub {
  /** For the `upgrade` event of an http server; answers every upgrade request that it is given. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** The nodes that have been welcomed and are still there. */
  links(): NodeLink[];
  /** Takes no more connections, lets results in hand be answered for at most this long, says bye to all and closes. */
  close(graceMs: number): Promise<void>;
}

/** The router's end of the node protocol: sockets, signatures, order and limits. All truth about jobs is in the handlers. */
export function createHub(options: HubOptions): Hub {
  return new NodeHub(options);
}

class NodeHub implements Hub {
  readonly #options: HubOptions;
  readonly #limits: HubLimits;
  readonly #clock: () => number;
  readonly #heartbeatMs: number;
  readonly #server: WebSocketServer;
  readonly #admit;
  readonly #connections = new Map<NodeId, NodeConnection>();
  /** The latest decision on a hello of each node, while it is open. */
  readonly #decisions = new Map<NodeId, Promise<void>>();
  readonly #sweep: NodeJS.Timeout;
  #isClosing = false;

  constructor(options: HubOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_HUB_LIMITS, ...options.limits };
    this.#clock = options.clock ?? Date.now;
    this.#heartbeatMs = options.heartbeatMs ?? 15_000;
    this.#admit = createAdmission(this.#limits);
    this.#server = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: Math.max(this.#limits.frameBytes, this.#limits.artifactBytes + HASH_BYTES),
      // Known to ws 8.23, not yet to its types.
      ...{ closeTimeout: this.#limits.closeMs },
    });
    this.#sweep = setInterval(() => {
      for (const connection of this.#connections.values()) connection.tick();
    }, this.#heartbeatMs);
    this.#sweep.unref();
  }

  handleUpgrade(request: IncomingMessage, raw: Duplex, head: Buffer): void {
    const remoteAddress =
      this.#options.remoteAddressOf?.(request) ?? request.socket.remoteAddress ?? 'unknown';
    const ticket = this.#admitRequest(request, remoteAddress);
    if ('status' in ticket) {
      this.#options.logger.warn({ address: remoteAddress, reason: ticket.reason }, 'node connection refused');
      refuseUpgrade(raw, ticket.status, ticket.reason);
      return;
    }
    raw.once('close', ticket.release);
    this.#server.handleUpgrade(request, raw, head, (socket) =>
      this.#greet(socket, request, remoteAddress, ticket),
    );
  }

  links(): NodeLink[] {
    return [...this.#connections.values()].filter((connection) => connection.isOpen);
  }

  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#sweep);
    const idle = Promise.all([...this.#connections.values()].map((connection) => connection.idle()));
    await withinMs<unknown>(idle, graceMs, null);
    for (const connection of this.#connections.values()) {
      connection.end('router_closing', 'the router is closing, connect again soon');
    }
    const sockets = [...this.#server.clients];
    for (const socket of sockets)
      if (socket.readyState === socket.OPEN) closeSocket(socket, 'router_closing', '');
    await withinMs<unknown>(Promise.all(sockets.map(whenClosed)), this.#limits.closeMs, null);
    for (const socket of sockets) socket.terminate();
    this.#server.close();
  }

  #admitRequest(
    request: IncomingMessage,
    remoteAddress: string,
  ): Ticket | { status: number; reason: string } {
    const path = request.url?.split('?')[0];
    if (path !== CONNECT_PATH) return { status: 404, reason: `nodes connect at ${CONNECT_PATH}` };
    if (this.#isClosing) return { status: 503, reason: 'the router is closing' };
    const ticket = this.#admit(remoteAddress);
    if (!('refused' in ticket)) return ticket;
    return { status: ticket.refused === 'too_many_from_address' ? 429 : 503, reason: ticket.refused };
  }

  #greet(socket: WebSocket, request: IncomingMessage, remoteAddress: string, ticket: Ticket): void {
    const { logger, routerKey, address } = this.#options;
    let connection: NodeConnection | null = null;
    const onDeadline = () => {
      logger.info({ address: remoteAddress }, 'node handshake failed: handshake_timeout');
      if (connection) connection.end('handshake_timeout', 'the handshake took too long');
      else closeSocket(socket, 'handshake_timeout', '');
    };
    const deadline = setTimeout(onDeadline, this.#limits.handshakeMs);
    socket.once('close', () => clearTimeout(deadline));
    // Oversized and malformed websocket frames surface here; ws then closes by itself, with 1009 or 1002.
    socket.on('error', (error) => logger.warn({ err: error, address: remoteAddress }, 'node socket failed'));
    const challenge = {
      routerKey,
      address: typeof address === 'string' ? address : address(),
      clock: this.#clock,
      helloBytes: this.#limits.helloBytes,
    };
    awaitHello(socket, request.socket, challenge, (check) => {
      if ('fault' in check) {
        logger.warn(
          { address: remoteAddress, fault: check.fault },
          `node handshake failed: ${check.message}`,
        );
        closeSocket(socket, check.fault, check.message);
        return;
      }
      connection = this.#connect(socket, request, remoteAddress, check);
      this.#decideInTurn(connection, () => {
        clearTimeout(deadline);
        if (connection?.isOpen) ticket.welcome();
      });
    });
  }

  #connect(
    socket: WebSocket,
    request: IncomingMessage,
    remoteAddress: string,
    proven: { hello: Hello; session: string },
  ): NodeConnection {
    const { routerKey, handlers, logger } = this.#options;
    return new NodeConnection({
      ...proven,
      socket,
      raw: request.socket,
      remoteAddress,
      scrapeDomains: this.#options.scrapeDomains ?? { blocked: [], allowed: [] },
      scrapeProxies: this.#options.scrapeProxies ?? [],
      routerKey,
      handlers,
      logger,
      limits: this.#limits,
      clock: this.#clock,
      onEnd: (connection, wasOpen) => {
        if (this.#connections.get(connection.nodeId) === connection)
          this.#connections.delete(connection.nodeId);
        if (wasOpen) this.#tellClosed(connection);
      },
    });
  }

  /** The handlers see the end of a node's old connection before they hear of its new one. */
  #decideInTurn(connection: NodeConnection, onSettled: () => void): void {
    const { nodeId } = connection;
    this.#connections.get(nodeId)?.end('replaced', 'another connection of this node took over');
    this.#connections.set(nodeId, connection);
    const before = this.#decisions.get(nodeId) ?? Promise.resolve();
    const decision = before
      .then(() => this.#decide(connection))
      .finally(() => {
        onSettled();
        if (this.#decisions.get(nodeId) === decision) this.#decisions.delete(nodeId);
      });
    this.#decisions.set(nodeId, decision);
  }

  async #decide(connection: NodeConnection): Promise<void> {
    if (connection.isEnded) return;
    const { logger } = this.#options;
    const decision = await this.#ask(connection);
    if (!decision.accepted) {
      logger.info({ node: connection.nodeId, code: decision.code }, 'node not accepted');
      connection.end(decision.code, decision.message);
    } else if (connection.isEnded) {
      this.#tellClosed(connection);
    } else {
      connection.open(decision.leases.slice(0, LIMITS.helloLeases), this.#heartbeatMs);
      logger.info({ node: connection.nodeId, address: connection.remoteAddress }, 'node connected');
    }
  }

  #tellClosed(connection: NodeConnection): void {
    try {
      this.#options.handlers.onClose(connection);
    } catch (error) {
      this.#options.logger.error(
        { err: error, node: connection.nodeId },
        'the end of a link was not handled',
      );
    }
  }

  async #ask(connection: NodeConnection): Promise<HelloDecision> {
    try {
      return await this.#options.handlers.onHello(connection.hello, connection);
    } catch (error) {
      this.#options.logger.error({ err: error, node: connection.nodeId }, 'hello was not decided');
      return { accepted: false, code: 'internal', message: 'the router failed, connect again soon' };
    }
  }
}

function whenClosed(socket: WebSocket): Promise<void> {
  if (socket.readyState === socket.CLOSED) return Promise.resolve();
  return new Promise((resolve) => socket.once('close', () => resolve()));
}
