import type { Socket } from 'node:net';
import { AppError, toProblem } from '@watt/shared';

const FAULTS: Record<string, string> = {
  HPE_HEADER_OVERFLOW: 'The headers are longer than 16 KiB',
  ERR_HTTP_REQUEST_TIMEOUT: 'The request did not arrive in time',
};

/** Answers what Node could not read as a request, which reaches no route, with the same problem document as every other fault. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const detail = FAULTS[error.code ?? ''] ?? 'What came is not an HTTP request';
  const problem = toProblem(new AppError('INVALID_REQUEST', { detail }));
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} Bad Request`,
    'content-type: application/problem+json; charset=utf-8',
    `x-request-id: ${crypto.randomUUID()}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ].join('\r\n');
  socket.end(`${head}\r\n\r\n${body}`, () => socket.destroy());
}
