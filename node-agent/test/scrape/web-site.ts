import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Page = (request: IncomingMessage, response: ServerResponse, url: URL) => void;

/** A web server on loopback whose paths are the given pages. Everything else is 404. */
export interface WebSite {
  port: number;
  origin: string;
  /** Paths asked for, in order. */
  requests: string[];
  /** Connections that are open now. */
  openSockets(): number;
  close(): Promise<void>;
}

export async function startWebSite(pages: Record<string, Page>): Promise<WebSite> {
  const requests: string[] = [];
  const sockets = new Set<unknown>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://site.test');
    requests.push(url.pathname);
    const page = pages[url.pathname];
    if (page) page(request, response, url);
    else response.writeHead(404, { 'content-type': 'text/html' }).end('<title>Not here</title><h1>404</h1>');
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    requests,
    openSockets: () => sockets.size,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A page that is these bytes. */
export function bytesPage(
  body: string | Uint8Array,
  headers: Record<string, string> = {},
  status = 200,
): Page {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(body);
  };
}

export function redirectPage(location: string, status = 302): Page {
  return (_request, response) => {
    // Servers write UTF-8 here; Node takes header text as Latin-1.
    response.writeHead(status, { location: Buffer.from(location).toString('latin1') }).end();
  };
}
