import {
  type Challenge,
  createNonce,
  encodeFrame,
  type Hello,
  LIMITS,
  PROTOCOL_VERSION,
  type SigningKey,
  sessionId,
} from '@watt/shared';
import WebSocket from 'ws';
import { checkChallenge } from './check-challenge.ts';
import { RouterSession, type SessionHandlers } from './router-session.ts';
import { ConnectFault } from './session-end.ts';

const CLOSE_MS = 2_000;

/** What a hello says beyond the proof of the key. */
export type Introduction = Pick<
  Hello,
  'name' | 'class' | 'version' | 'wallet' | 'capabilities' | 'leases' | 'results'
>;

export interface SessionOptions {
  key: SigningKey;
  /** The pinned key of the router. */
  routerKey: string;
  /** Where to dial, and the address that the router must claim. */
  url: string;
  address: string;
  /** Read when the challenge has come, so that leases and results are those of that moment. */
  introduce: () => Introduction;
  handlers: SessionHandlers;
  /** From dialling to the welcome. */
  handshakeMs: number;
  clock: () => number;
}

/** Dials, proves both keys and waits for the welcome. Throws a ConnectFault; leaves no socket behind when it does. */
export async function openSession(options: SessionOptions, signal: AbortSignal): Promise<RouterSession> {
  const { url, handshakeMs } = options;
  const socket = new WebSocket(url, {
    perMessageDeflate: false,
    followRedirects: false,
    maxPayload: LIMITS.frameBytes,
    // Known to ws 8.23, not yet to its types.
    ...{ closeTimeout: CLOSE_MS },
  });
  let end: (fault: ConnectFault) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    end = reject;
  });
  const deadline = setTimeout(
    () => end(new ConnectFault('handshake_timeout', `No welcome within ${handshakeMs / 1000} s`)),
    handshakeMs,
  );
  const onAbort = () => end(new ConnectFault('stopped', 'The node is stopping'));
  signal.addEventListener('abort', onAbort, { once: true });
  socket.once('error', (cause) => end(new ConnectFault('unreachable', cause.message, { cause })));
  socket.once('close', (_, reason) =>
    end(new ConnectFault(codeOf(String(reason)), String(reason) || 'The router closed the connection')),
  );
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([shakeHands(socket, options, end), failed]);
  } catch (error) {
    // ws reports the break of an unfinished dial as an error event, which is expected here.
    socket.on('error', () => undefined);
    socket.terminate();
    throw error;
  } finally {
    clearTimeout(deadline);
    signal.removeEventListener('abort', onAbort);
  }
}

function shakeHands(
  socket: WebSocket,
  options: SessionOptions,
  fail: (fault: ConnectFault) => void,
): Promise<RouterSession> {
  let routerAddress: string | undefined;
  socket.once('upgrade', (response) => {
    routerAddress = response.socket.remoteAddress;
  });
  return new Promise((resolve, reject) => {
    socket.once('message', (data, isBinary) => {
      try {
        const { routerKey, address, key, clock } = options;
        const challenge = checkChallenge(isBinary ? '' : String(data), { routerKey, address });
        const hello = helloFor(challenge, options);
        const session = new RouterSession({
          socket,
          key,
          routerKey,
          routerAddress,
          session: sessionId({ router: hello.nonce, node: hello.node_nonce }),
          clockOffsetMs: challenge.at - clock(),
          handlers: options.handlers,
        });
        session.welcomed.then(() => resolve(session), reject);
        socket.send(encodeFrame(key, hello));
      } catch (error) {
        if (error instanceof ConnectFault) fail(error);
        else reject(error as Error);
      }
    });
  });
}

function helloFor(challenge: Challenge, options: SessionOptions): Hello {
  const { leases, results, ...introduction } = options.introduce();
  return {
    type: 'hello',
    protocol: PROTOCOL_VERSION,
    node: options.key.publicKey,
    nonce: challenge.nonce,
    node_nonce: createNonce(),
    // Letter for letter as the router wrote it: the signature says "I meant you".
    address: challenge.address,
    ...introduction,
    leases: leases.slice(0, LIMITS.helloLeases),
    results: results.slice(0, LIMITS.helloLeases),
  };
}

// Before the welcome a refusal may come as a bare close frame, `code: message`.
function codeOf(reason: string): string {
  return /^[a-z_]{1,60}/.exec(reason)?.[0] ?? 'closed';
}
