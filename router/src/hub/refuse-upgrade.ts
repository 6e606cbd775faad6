import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Answers an upgrade request with a plain HTTP refusal and closes the socket. */
export function refuseUpgrade(socket: Duplex, status: number, reason: string): void {
  // The peer may be gone already, which is what we want of it.
  socket.on('error', () => socket.destroy());
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'connection: close',
    'content-type: text/plain; charset=utf-8',
    `content-length: ${Buffer.byteLength(reason)}`,
    ...(status === 404 ? [] : ['retry-after: 10']),
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${reason}`, () => socket.destroy());
}
