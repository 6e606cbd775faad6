import type { IncomingMessage } from 'node:http';

/** The address that exactly one trusted proxy in front of this router says it forwards for; the proxy's own where it says none. */
export function forwardedAddress({ headers, socket }: IncomingMessage): string {
  const header = headers['x-forwarded-for'];
  const last = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').at(-1)?.trim();
  return last || (socket.remoteAddress ?? 'unknown');
}
