import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Target } from './check-target.ts';
import type { EgressJob } from './egress-job.ts';

const ESTABLISHED = 'HTTP/1.1 200 Connection established\r\n\r\n';
/** One answer for whatever went wrong, so that a page learns nothing about this network. */
const REFUSED = 'HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

interface TunnelOptions {
  job: EgressJob;
  client: Duplex;
  /** `host:port`, as CONNECT names it. */
  authority: string;
  head: Buffer;
}

/** Serves one CONNECT: https and web sockets. Ends when either side or the job ends. */
export async function openTunnel({ job, client, authority, head }: TunnelOptions): Promise<void> {
  job.own(client);
  const target = parseAuthority(authority);
  const upstream = target && (await job.connect(target).catch(() => null));
  if (!upstream) {
    client.end(REFUSED);
    return;
  }
  client.write(ESTABLISHED);
  if (head.length > 0) client.unshift(head);
  // Either direction failing ends both; what a page's broken connection says is of interest to nobody here.
  await Promise.allSettled([
    pipeline(client, job.meter(), upstream),
    pipeline(upstream, job.meter(), client),
  ]);
  client.destroy();
  upstream.destroy();
}

function parseAuthority(authority: string): Target | null {
  const match = /^(\[[0-9a-f:.]+\]|[^:/?#@\s]+):(\d{1,5})$/i.exec(authority);
  return match?.[1] ? { host: match[1], port: Number(match[2]) } : null;
}
