import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { EgressJob } from './egress-job.ts';
import { forwardRequest } from './forward-request.ts';
import type { Guard } from './guard.ts';
import { openTunnel } from './open-tunnel.ts';
import type { Upstream } from './upstream/upstream.ts';

const MAX_SOCKETS_PER_JOB = 256;
const MAX_HEADER_BYTES = 64 * 1024;
const CHALLENGE = 'Basic realm="watt-node"';

/** The browser's only way to any network: an HTTP proxy on loopback whose every connection the guard opens. */
export interface EgressProxy {
  /** For the browser's proxy setting, such as `http://127.0.0.1:41234`. */
  url: string;
  openJob(options: { maxBytes: number; upstream?: Upstream | null }): EgressJob;
  closeJob(job: EgressJob): void;
  /** Cuts every job and stops listening. */
  close(): Promise<void>;
}

/**
 * Starts the proxy. Requests without the password of an open job get 407. Web sockets come as CONNECT, as Chromium sends them to any
 * proxy; an Upgrade in a plain request is forwarded without the upgrade, so nothing but a checked TCP tunnel ever leaves HTTP.
 */
export async function createEgressProxy(guard: Guard): Promise<EgressProxy> {
  const jobs = new Map<string, EgressJob>();
  const findJob = (request: IncomingMessage) => jobs.get(request.headers['proxy-authorization'] ?? '');

  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
    const job = findJob(request);
    if (job) forwardRequest({ job, guard, request, response });
    else askForPassword(response);
  });
  server.on('connect', (request: IncomingMessage, client: Duplex, head: Buffer) => {
    // The server has let go of it, and nobody else may listen: an error would end this process.
    client.on('error', () => undefined);
    const job = findJob(request);
    if (job) void openTunnel({ job, client, authority: request.url ?? '', head });
    else
      client.end(
        `HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: ${CHALLENGE}\r\nContent-Length: 0\r\n\r\n`,
      );
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    openJob({ maxBytes, upstream = null }) {
      const job = new EgressJob({ guard, maxBytes, maxSockets: MAX_SOCKETS_PER_JOB, upstream });
      jobs.set(job.authorization, job);
      return job;
    },
    closeJob(job) {
      jobs.delete(job.authorization);
      job.close();
    },
    async close() {
      for (const job of jobs.values()) job.close();
      jobs.clear();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function askForPassword(response: ServerResponse): void {
  response.writeHead(407, { 'proxy-authenticate': CHALLENGE, 'content-length': '0' }).end();
}
