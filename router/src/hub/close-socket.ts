import type { WebSocket } from 'ws';

const REASON_BYTES = 123;

// RFC 6455, section 7.4. A node reads the signed `bye`; these numbers are for proxies, logs and strangers.
const CLOSE_CODES: Readonly<Record<string, number>> = {
  bye: 1000,
  router_closing: 1001,
  internal: 1011,
  replaced: 4001,
};
const POLICY_VIOLATION = 1008;

/** Starts the closing handshake. The reason travels in the close frame, cut to what fits there. */
export function closeSocket(socket: WebSocket, code: string, message: string): void {
  let reason = message === '' ? code : `${code}: ${message}`;
  while (Buffer.byteLength(reason) > REASON_BYTES) reason = reason.slice(0, -1);
  socket.close(CLOSE_CODES[code] ?? POLICY_VIOLATION, reason);
}
