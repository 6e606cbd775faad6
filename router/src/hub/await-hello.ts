import type { Duplex } from 'node:stream';
import { type Challenge, createNonce, encodeFrame, PROTOCOL_VERSION, type SigningKey } from '@watt/shared';
import type { RawData, WebSocket } from 'ws';
import { checkHello, type HelloCheck } from './hello-check.ts';

export interface ChallengeOptions {
  routerKey: SigningKey;
  /** The websocket address by which nodes reach this router. */
  address: string;
  clock: () => number;
  /** All that the peer may send before its hello is complete. */
  helloBytes: number;
}

/**
 * Sends the challenge and hands the first frame that comes back to `onHello`, in the same turn of the event loop, so that a
 * frame right behind it finds its reader in place. A peer that sends too much is cut off without a word.
 */
export function awaitHello(
  socket: WebSocket,
  raw: Duplex,
  options: ChallengeOptions,
  onHello: (check: HelloCheck) => void,
): void {
  const { routerKey, address, clock, helloBytes } = options;
  const nonce = createNonce();
  let received = 0;
  // ws can bound a message only for all connections alike; before the hello, that bound is far too generous.
  const countBytes = (chunk: Buffer) => {
    received += chunk.length;
    if (received > helloBytes) socket.terminate();
  };
  raw.on('data', countBytes);
  socket.once('message', (data: RawData, isBinary: boolean) => {
    raw.off('data', countBytes);
    if (isBinary) onHello({ fault: 'not_a_frame', message: 'expected a signed hello' });
    else onHello(checkHello(String(data), { nonce, address, router: routerKey.publicKey }));
  });
  const challenge: Challenge = {
    type: 'challenge',
    protocol: PROTOCOL_VERSION,
    router: routerKey.publicKey,
    address,
    nonce,
    at: clock(),
  };
  socket.send(encodeFrame(routerKey, challenge));
}
