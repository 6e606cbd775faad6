import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpEndpoint } from './http-endpoint.ts';
import type { ChainParts } from './rpc-request.ts';
import type { Subscriptions } from './subscriptions.ts';
import { createWebsocketEndpoint } from './websocket-endpoint.ts';

export interface RpcServer {
  readonly rpcPort: number;
  readonly wsPort: number;
  /** Cuts all connections that are open now. */
  disconnectAll(): void;
  close(): Promise<void>;
}

const PORT_ATTEMPTS = 20;

/**
 * Serves HTTP and websocket on both ports: web3.js takes the port after the RPC's for its websocket, other clients the same.
 * @throws Error with code EADDRINUSE where a port that was asked for is taken.
 */
export async function openRpcServer(options: {
  chain: ChainParts;
  subscriptions: Subscriptions;
  host: string;
  rpcPort: number;
  wsPort: number | undefined;
}): Promise<RpcServer> {
  const { chain, subscriptions, host, rpcPort, wsPort } = options;
  const closing = new AbortController();
  const serve = createHttpEndpoint(chain, closing.signal);
  const websockets = createWebsocketEndpoint(subscriptions);
  const create = (): Server => {
    const server = createServer(serve);
    server.on('upgrade', (request, socket, head) => {
      if (chain.faults.outage !== 'none') socket.destroy();
      else
        websockets.handleUpgrade(request, socket, head, (ws) => websockets.emit('connection', ws, request));
    });
    return server;
  };
  const servers = await listenOnBoth(create, { host, rpcPort, wsPort });
  const [first, second] = servers;

  const disconnectAll = (): void => {
    for (const client of websockets.clients) client.terminate();
    for (const server of servers) server.closeAllConnections();
  };
  return {
    rpcPort: portOf(first),
    wsPort: portOf(second),
    disconnectAll,
    async close() {
      closing.abort();
      const closed = servers.map((server) => once(server, 'close'));
      for (const server of servers) server.close();
      disconnectAll();
      await Promise.all(closed);
    },
  };
}

/** With any port allowed, pairs of neighbours are tried until both are free. */
async function listenOnBoth(
  create: () => Server,
  options: { host: string; rpcPort: number; wsPort: number | undefined },
): Promise<readonly [Server, Server]> {
  const { host, rpcPort, wsPort } = options;
  for (let attempt = 1; ; attempt++) {
    const first = await listen(create(), host, rpcPort);
    try {
      const second = await listen(create(), host, wsPort ?? portOf(first) + 1);
      return [first, second];
    } catch (error) {
      first.close();
      if (rpcPort !== 0 || wsPort !== undefined || attempt >= PORT_ATTEMPTS) throw error;
    }
  }
}

async function listen(server: Server, host: string, port: number): Promise<Server> {
  server.listen(port, host);
  await once(server, 'listening');
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
