import type { LookupAddress } from 'node:dns';
import { connect, isIP, isIPv6, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { DialError } from '../dial-error.ts';
import { openHttpTunnel } from './http-tunnel.ts';
import { openSocksTunnel } from './socks-tunnel.ts';
import type { Upstream } from './upstream.ts';
import { UpstreamError } from './upstream-error.ts';

/** Opens a plain connection to a host. */
export type OpenSocket = (target: { host: string; port: number }, signal: AbortSignal) => Promise<Socket>;

/** Gives a connection to a proxy itself, which speaks TLS where the proxy does. Throws UpstreamError. */
export type Reach = (upstream: Upstream, signal: AbortSignal) => Promise<Socket>;

interface UpstreamCall {
  /** Addresses that the guard has checked; the first is asked for. */
  addresses: readonly LookupAddress[];
  port: number;
  timeoutMs: number;
  signal: AbortSignal;
  reach: Reach;
}

/**
 * Opens a connection to a checked address through a proxy. The proxy gets the address, not the name: what was
 * checked here is what it dials. Throws UpstreamError when the proxy fails, DialError when the target does.
 */
export async function dialUpstream(upstream: Upstream, call: UpstreamCall): Promise<Socket> {
  const limit = AbortSignal.any([call.signal, AbortSignal.timeout(call.timeoutMs)]);
  const [address] = call.addresses;
  if (!address) throw new DialError('dns', 'The name has no address.', { isLasting: true });
  const socket = await call.reach(upstream, limit);
  const onAbort = () => socket.destroy(new Error('the proxy did not answer in time'));
  limit.addEventListener('abort', onAbort, { once: true });
  try {
    const target = { host: address.address, port: call.port };
    if (upstream.kind === 'socks5') await openSocksTunnel(socket, upstream, target, call.timeoutMs);
    else await openHttpTunnel(socket, upstream, { ...target, host: bracketed(target.host) });
    return socket;
  } catch (error) {
    socket.destroy();
    throw limit.aborted ? tooSlow(error) : error;
  } finally {
    limit.removeEventListener('abort', onAbort);
  }
}

/** A connection to the proxy itself; also how its health is asked. `open` is how, where that is not straight from here. Throws UpstreamError. */
export function reachUpstream(
  upstream: Upstream,
  signal: AbortSignal,
  open: OpenSocket = openDirectly,
): Promise<Socket> {
  return openUpstream(upstream, signal, open).catch((cause) => {
    throw new UpstreamError(upstream, cause);
  });
}

async function openUpstream(
  { host, port, kind }: Upstream,
  signal: AbortSignal,
  open: OpenSocket,
): Promise<Socket> {
  const plain = await open({ host, port }, signal);
  if (kind !== 'https') return plain;
  const socket = connectTls({ socket: plain, servername: isIP(host) === 0 ? host : '' });
  return whenOpen(socket, 'secureConnect', signal);
}

const openDirectly: OpenSocket = (target, signal) =>
  whenOpen(connect({ ...target, noDelay: true }), 'connect', signal);

function whenOpen(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const settle = () => signal.removeEventListener('abort', onAbort);
    const fail = (cause: unknown) => {
      settle();
      socket.on('error', () => undefined).destroy();
      reject(cause);
    };
    const onAbort = () => fail(signal.reason);
    socket.once('error', fail);
    socket.once(event, () => {
      settle();
      socket.off('error', fail);
      // Between two users of the socket nobody else would hear an error.
      socket.on('error', () => undefined);
      resolve(socket);
    });
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}

function tooSlow(cause: unknown): DialError {
  return new DialError('timeout', 'The server did not accept a connection in time.', { cause });
}

function bracketed(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}
