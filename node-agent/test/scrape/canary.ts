import { createSocket } from 'node:dgram';
import { createServer, type Server } from 'node:net';

/** Something on every address of the operator's own machine that no page may ever touch, over TCP or UDP. */
export interface Canary {
  port: number;
  /** What it heard, first line of each connection or datagram. */
  touches: string[];
  close(): Promise<void>;
}

const SECRET = 'CANARY-BODY';
/** One connection for each request, or a later one on the same would not be heard. */
const ANSWER = `HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: text/html\r\naccess-control-allow-origin: *\r\ncontent-length: ${SECRET.length}\r\n\r\n${SECRET}`;

export async function startCanary(): Promise<Canary> {
  const touches: string[] = [];
  const four = await listen('0.0.0.0', 0, touches);
  const port = (four.address() as { port: number }).port;
  const six = await listen('::', port, touches).catch(() => null);
  const udp = createSocket('udp4');
  udp.on('message', (message) => touches.push(`udp ${message.length} bytes`));
  await new Promise<void>((resolve) => udp.bind(port, '0.0.0.0', resolve));
  return {
    port,
    touches,
    async close() {
      await new Promise<void>((resolve) => udp.close(() => resolve()));
      await Promise.all(
        [four, six].map((server) => server && new Promise((resolve) => server.close(resolve))),
      );
    },
  };
}

async function listen(host: string, port: number, touches: string[]): Promise<Server> {
  const server = createServer((socket) => {
    const at = touches.push('tcp connect') - 1;
    socket.on('error', () => undefined);
    socket.once('data', (data) => {
      touches[at] = data.toString('latin1').split('\r\n')[0] ?? '';
      socket.end(ANSWER);
    });
    socket.setTimeout(2_000, () => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, ipv6Only: true }, resolve);
  });
  return server;
}
