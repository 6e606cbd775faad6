import { Agent, buildConnector } from 'undici';
import type { Guard } from './guard.ts';

interface GuardedAgentOptions {
  guard: Guard;
  connectTimeoutMs: number;
  /** Longest silence before the headers and between two pieces of a body. */
  idleTimeoutMs: number;
  /** Ends connection attempts that are under way, when the agent is destroyed. */
  signal: AbortSignal;
}

const MAX_HEADER_BYTES = 64 * 1024;
const KEEP_ALIVE_MS = 4_000;

/**
 * An HTTP client whose sockets are all opened by the guard. Giving undici a `lookup` would not do: Node never calls it for IP
 * literals. TLS is put on top of the socket that the guard dialled, with the URL's name for SNI and the certificate.
 */
export function createGuardedAgent({
  guard,
  connectTimeoutMs,
  idleTimeoutMs,
  signal,
}: GuardedAgentOptions): Agent {
  const startTls = buildConnector({ timeout: connectTimeoutMs });
  const connect: buildConnector.connector = (options, callback) => {
    const port = Number(options.port) || (options.protocol === 'https:' ? 443 : 80);
    guard.connect({ host: options.hostname, port }, signal).then(
      (socket) => {
        if (options.protocol === 'https:') startTls({ ...options, httpSocket: socket }, callback);
        else callback(null, socket);
      },
      (error: Error) => callback(error, null),
    );
  };
  return new Agent({
    connect,
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: idleTimeoutMs,
    bodyTimeout: idleTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
}
