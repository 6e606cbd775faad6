import { rootCertificates, type TLSSocket } from 'node:tls';
import { Agent, buildConnector } from 'undici';
import type { Guard, Way } from './guard.ts';

/** Puts TLS on a socket that the guard dialled; shared by all jobs for the sake of TLS sessions, which save a round trip. */
export interface StartTls {
  offeringHttp2: buildConnector.connector;
  forHttp1: buildConnector.connector;
}

export function createStartTls(options: {
  connectTimeoutMs: number;
  /** PEM certificates that are trusted besides those that Node brings. */
  trusted: readonly string[];
}): StartTls {
  const { connectTimeoutMs, trusted } = options;
  const ca = trusted.length === 0 ? {} : { ca: [...rootCertificates, ...trusted] };
  const build = (allowH2: boolean) => buildConnector({ timeout: connectTimeoutMs, allowH2, ...ca });
  return { offeringHttp2: build(true), forHttp1: build(false) };
}

interface GuardedAgentOptions {
  guard: Guard;
  startTls: StartTls;
  offersHttp2: boolean;
  /** Asked for each connection. */
  way: () => Way;
  onTls: (ms: number) => void;
  /** Told what a connection speaks, by ALPN's name. */
  onProtocol: (origin: string, alpn: string) => void;
  headersTimeoutMs: number;
  /** Longest silence between two pieces of a body. */
  bodyIdleMs: number;
  /** The job's: ends connection attempts that are under way. */
  signal: AbortSignal;
}

const HTTP_1 = 'http/1.1';
const MAX_HEADER_BYTES = 64 * 1024;
const KEEP_ALIVE_MS = 4_000;

/**
 * One job's HTTP client, whose sockets are all opened by the guard. Giving undici a `lookup` would not do:
 * Node never calls it for IP literals. TLS has the URL's name for SNI and the certificate.
 */
export function createGuardedAgent(options: GuardedAgentOptions): Agent {
  const { guard, offersHttp2, way, onTls, onProtocol, signal, headersTimeoutMs, bodyIdleMs } = options;
  const startTls = offersHttp2 ? options.startTls.offeringHttp2 : options.startTls.forHttp1;
  const connect: buildConnector.connector = (target, callback) => {
    const isTls = target.protocol === 'https:';
    const port = Number(target.port) || (isTls ? 443 : 80);
    const origin = `${target.protocol}//${target.host}`;
    guard.connect({ host: target.hostname, port }, signal, way()).then(
      (socket) => {
        if (!isTls) {
          onProtocol(origin, HTTP_1);
          callback(null, socket);
          return;
        }
        const startedAt = performance.now();
        startTls({ ...target, httpSocket: socket }, (...[error, secured]) => {
          onTls(performance.now() - startedAt);
          if (error) callback(error, null);
          else {
            onProtocol(origin, (secured as TLSSocket).alpnProtocol || HTTP_1);
            callback(null, secured);
          }
        });
      },
      (error: Error) => callback(error, null),
    );
  };
  return new Agent({
    connect,
    allowH2: offersHttp2,
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: headersTimeoutMs,
    bodyTimeout: bodyIdleMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
}
