import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** A proxy of the operator, which notes what it is asked for and always leads to 127.0.0.1. */
export interface TestProxy {
  port: number;
  /** `host:port` of every tunnel that was asked for. */
  asked: string[];
  close(): Promise<void>;
}

/** `login`: the value of Proxy-Authorization that it insists on. */
export async function startHttpProxy(login?: string): Promise<TestProxy> {
  const asked: string[] = [];
  const sockets = new Set<Duplex>();
  const server = createHttpServer((_request, response) => response.writeHead(501).end());
  server.on('connect', (request, client: Duplex) => {
    sockets.add(client);
    client.on('error', () => undefined);
    if (login !== undefined && request.headers['proxy-authorization'] !== login) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    asked.push(request.url ?? '');
    // The answer and the target's first bytes may come in one piece.
    join(client, Number(request.url?.split(':').at(-1)), 'HTTP/1.1 200 OK\r\nX: y\r\n\r\n');
  });
  return finish(server, asked, sockets);
}

/** SOCKS5 without a login. Wire format: RFC 1928. */
export async function startSocksProxy(): Promise<TestProxy> {
  const asked: string[] = [];
  const sockets = new Set<Duplex>();
  const server = createServer((client) => {
    sockets.add(client);
    client.on('error', () => undefined);
    client.once('data', () => {
      client.write(Buffer.from([5, 0]));
      client.once('data', (request) => {
        const [, , , type] = request;
        const host = type === 1 ? [...request.subarray(4, 8)].join('.') : `type ${type}`;
        const port = request.readUInt16BE(type === 1 ? 8 : request.length - 2);
        asked.push(`${host}:${port}`);
        join(client, port, Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
      });
    });
  });
  return finish(server, asked, sockets);
}

function join(client: Duplex, port: number, greeting: string | Buffer): void {
  const upstream: Socket = connect(port, '127.0.0.1', () => {
    client.write(greeting);
    client.pipe(upstream).pipe(client);
  });
  upstream.on('error', () => client.destroy());
  client.on('close', () => upstream.destroy());
}

async function finish(server: Server, asked: string[], sockets: Set<Duplex>): Promise<TestProxy> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
