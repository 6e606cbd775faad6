import type { Socket } from 'node:net';
import { SocksClient } from 'socks';
import { DialError } from '../dial-error.ts';
import type { Upstream } from './upstream.ts';
import { UpstreamError } from './upstream-error.ts';

/** The library gives the proxy's reply by its name; these say that the target failed rather than the proxy. Source: RFC 1928, section 6. */
const TARGET_FAILED = /NetworkUnreachable|HostUnreachable|ConnectionRefused|TTLExpired/;

/** Speaks SOCKS5 on an open connection to the proxy. Throws UpstreamError or DialError. */
export async function openSocksTunnel(
  socket: Socket,
  upstream: Upstream,
  target: { host: string; port: number },
  timeoutMs: number,
): Promise<void> {
  const { host, port, username, password } = upstream;
  const login = username === '' ? {} : { userId: username, password };
  try {
    await SocksClient.createConnection({
      proxy: { host, port, type: 5, ...login },
      command: 'connect',
      destination: target,
      timeout: timeoutMs,
      existing_socket: socket,
    });
  } catch (cause) {
    throw TARGET_FAILED.test(String(cause)) ? unreachable(cause) : new UpstreamError(upstream, cause);
  }
}

function unreachable(cause: unknown): DialError {
  return new DialError('connect', 'The server refused the connection or cannot be reached.', { cause });
}
