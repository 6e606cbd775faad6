import { type Challenge, LIMITS } from '@watt/shared';
import WebSocket from 'ws';
import { type ChallengeExpectations, checkChallenge } from './check-challenge.ts';
import { ConnectFault } from './session-end.ts';

export interface AskOptions extends ChallengeExpectations {
  /** Where to dial. */
  url: string;
  limitMs: number;
}

/**
 * Dials a router, takes its challenge, checks that it has the pinned key, and hangs up without a word: a session that this node
 * may have open stays as it is. Throws a ConnectFault.
 */
export async function askChallenge({ url, limitMs, ...expected }: AskOptions): Promise<Challenge> {
  const socket = new WebSocket(url, {
    perMessageDeflate: false,
    followRedirects: false,
    maxPayload: LIMITS.frameBytes,
  });
  let limit: NodeJS.Timeout | undefined;
  try {
    const text = await new Promise<string>((resolve, reject) => {
      const fail = (code: string, message: string, cause?: unknown) =>
        reject(new ConnectFault(code, message, { cause }));
      limit = setTimeout(() => fail('handshake_timeout', `No challenge within ${limitMs / 1000} s`), limitMs);
      socket.once('message', (data, isBinary) => resolve(isBinary ? '' : String(data)));
      socket.on('error', (cause) => fail('unreachable', cause.message, cause));
      socket.once('close', (_, reason) =>
        fail('closed', String(reason) || 'The router closed the connection'),
      );
    });
    return checkChallenge(text, expected);
  } finally {
    clearTimeout(limit);
    socket.terminate();
  }
}
