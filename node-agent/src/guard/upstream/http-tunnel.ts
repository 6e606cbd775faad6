import type { Socket } from 'node:net';
import { DialError } from '../dial-error.ts';
import type { Upstream } from './upstream.ts';
import { UpstreamError } from './upstream-error.ts';

const MAX_HEAD_BYTES = 16 * 1024;
const END_OF_HEAD = '\r\n\r\n';

/** Sends CONNECT and waits for the 200; the socket is then a tunnel to the target. Throws UpstreamError or DialError. */
export async function openHttpTunnel(
  socket: Socket,
  upstream: Upstream,
  { host, port }: { host: string; port: number },
): Promise<void> {
  const { username, password } = upstream;
  const login = Buffer.from(`${username}:${password}`).toString('base64');
  const head = [
    `CONNECT ${host}:${port} HTTP/1.1`,
    `Host: ${host}:${port}`,
    ...(username === '' && password === '' ? [] : [`Proxy-Authorization: Basic ${login}`]),
  ];
  socket.write(head.join('\r\n') + END_OF_HEAD);
  const answer = await readHead(socket).catch((cause) => {
    throw new UpstreamError(upstream, cause);
  });
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1]);
  if (status === 200) return;
  // These say that the proxy could not reach the target; anything else is the proxy's own refusal.
  if (status === 502 || status === 503 || status === 504) {
    throw new DialError('connect', 'The server refused the connection or cannot be reached.');
  }
  throw new UpstreamError(upstream, new Error(`the proxy answered ${status || 'no HTTP'}`));
}

/** Reads up to the empty line and leaves what follows in the socket. */
function readHead(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let seen = Buffer.alloc(0);
    const settle = () => {
      socket.off('readable', onReadable).off('error', reject).off('close', onClose);
    };
    const onClose = () => {
      settle();
      reject(new Error('the proxy hung up'));
    };
    const onReadable = () => {
      for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) {
        seen = Buffer.concat([seen, chunk]);
        const end = seen.indexOf(END_OF_HEAD);
        if (end < 0 && seen.length <= MAX_HEAD_BYTES) continue;
        settle();
        if (end < 0) return reject(new Error('the proxy talks without end'));
        const rest = seen.subarray(end + END_OF_HEAD.length);
        if (rest.length > 0) socket.unshift(rest);
        return resolve(seen.subarray(0, end).toString('latin1'));
      }
    };
    socket.on('readable', onReadable).once('error', reject).once('close', onClose);
  });
}
