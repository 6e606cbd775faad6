import type { AddressInfo } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Scrape, startScraper } from './start-scraper.ts';
import { TEST_CERTIFICATE, TEST_KEY } from './test-certificate.ts';

/** Types and flags of frames. Source: RFC 9113, section 6. */
const [DATA, HEADERS, RST_STREAM, SETTINGS, PUSH_PROMISE, GOAWAY, CONTINUATION] = [0, 1, 3, 4, 5, 7, 9];
const PREFACE_BYTES = 24;
const [END_STREAM, ACK, END_HEADERS] = [1, 1, 4];
/** `:status: 200` and `content-type: text/html`. Source: RFC 7541, appendix A. */
const FOUND = Buffer.concat([Buffer.from([0x88, 0x0f, 0x10, 9]), Buffer.from('text/html')]);
const HALF = Buffer.concat([
  frame(HEADERS, END_HEADERS, 1, FOUND),
  frame(DATA, 0, 1, Buffer.from('<p>half')),
]);
const MANY_HEADERS = Buffer.concat(Array.from({ length: 1500 }, () => Buffer.from('\0\x03x-a\x02yy')));

/** What the server sends once it was asked; `pour` sends it without end. */
const FAULTS: Record<string, { send: Buffer; pour?: Buffer; reason: string }> = {
  'a connection that is closed for business': { send: frame(GOAWAY, 0, 0, words(0, 0)), reason: 'connect' },
  'a client told to calm down': { send: frame(GOAWAY, 0, 0, words(1, 11)), reason: 'connect' },
  'a stream that was not begun': { send: frame(RST_STREAM, 0, 1, words(7)), reason: 'http' },
  'a stream that wants HTTP/1.1': { send: frame(RST_STREAM, 0, 1, words(13)), reason: 'http' },
  'a connection that is not safe enough': { send: frame(GOAWAY, 0, 0, words(1, 12)), reason: 'connect' },
  'a stream that is reset': { send: frame(RST_STREAM, 0, 1, words(2)), reason: 'http' },
  'a stream that is reset half-way': {
    send: Buffer.concat([HALF, frame(RST_STREAM, 0, 1, words(2))]),
    reason: 'http',
  },
  'a connection that goes away half-way': {
    send: Buffer.concat([HALF, frame(GOAWAY, 0, 0, words(0, 0))]),
    reason: 'connect',
  },
  'headers without end': {
    send: frame(HEADERS, 0, 1, FOUND),
    pour: frame(CONTINUATION, 0, 1, Buffer.alloc(16_000, 0x79)),
    reason: 'http',
  },
  'frames without anything in them': {
    send: frame(HEADERS, END_HEADERS, 1, FOUND),
    pour: Buffer.concat(Array.from({ length: 500 }, () => frame(DATA, 0, 1))),
    reason: 'http',
  },
  'a body without end': {
    send: frame(HEADERS, END_HEADERS, 1, FOUND),
    pour: frame(DATA, 0, 1, Buffer.alloc(16_384, 0x61)),
    reason: 'too_large',
  },
  'a page that nobody asked for': {
    send: frame(PUSH_PROMISE, END_HEADERS, 1, Buffer.concat([words(2), FOUND])),
    reason: 'http',
  },
  'an answer without a status': { send: frame(HEADERS, END_HEADERS, 1, FOUND.subarray(1)), reason: 'http' },
  'more headers than anyone has': {
    send: frame(HEADERS, END_HEADERS | END_STREAM, 1, Buffer.concat([FOUND, MANY_HEADERS])),
    reason: 'http',
  },
};

const servers: Server[] = [];
const ports = new Map<string, number>();
/** Of servers whose HTTP/1.1 is in order. */
const bothPorts = new Map<string, number>();
const sockets = new Set<TLSSocket>();
let scrape: Scrape;
let close: () => Promise<void>;

beforeAll(async () => {
  for (const [name, fault] of Object.entries(FAULTS)) {
    const [server, both] = [await startServer(fault), await startServer(fault, ['h2', 'http/1.1'])];
    servers.push(server, both);
    ports.set(name, portOf(server));
    bothPorts.set(name, portOf(both));
  }
  const started = await startScraper({
    allow: [...ports.values(), ...bothPorts.values()],
    names: { 'site.test': ['127.0.0.1'] },
  });
  scrape = started.scrape;
  close = () => started.scraper.close();
});

afterAll(async () => {
  await close?.();
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
});

test.each(Object.entries(FAULTS))('%s', async (name, { reason }) => {
  const outcome = await scrape(`https://site.test:${ports.get(name)}/`);
  expect(outcome).toMatchObject({ kind: 'failed', code: 'SCRAPE_FAILED', reason });
});

const broken = Object.entries(FAULTS).filter(([, { reason }]) => reason !== 'too_large');

test.each(broken)('%s is asked once more by HTTP/1.1', async (name) => {
  const url = `https://site.test:${bothPorts.get(name)}/`;
  expect(await scrape(url)).toMatchObject({
    kind: 'completed',
    data: { title: 'old' },
    metadata: { protocol: 'http/1.1' },
  });
  // What redirects to itself stays with what worked.
  expect(await scrape(`${url}there`)).toMatchObject({ metadata: { protocol: 'http/1.1', url } });
});

function frame(type: number, flags: number, stream: number, body: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(body.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, body]);
}

function words(...numbers: number[]): Buffer {
  const bytes = Buffer.alloc(numbers.length * 4);
  for (const [index, number] of numbers.entries()) bytes.writeUInt32BE(number, index * 4);
  return bytes;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** Whether a HEADERS frame stands behind the client's preface. */
function hasRequest(bytes: Buffer): boolean {
  for (let at = PREFACE_BYTES; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    if (bytes[at + 3] === HEADERS) return true;
  }
  return false;
}

/** One page, and the way to it, by the HTTP that is in order. */
function answerPlainly(socket: TLSSocket): void {
  socket.on('data', (data) => {
    const isThere = data.toString('latin1').startsWith('GET /there ');
    socket.write(
      isThere
        ? 'HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n'
        : 'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 18\r\n\r\n<title>old</title>',
    );
  });
}

async function startServer(
  { send, pour }: { send: Buffer; pour?: Buffer },
  ALPNProtocols = ['h2'],
): Promise<Server> {
  const server = createServer(
    { cert: TEST_CERTIFICATE, key: TEST_KEY, ALPNProtocols },
    (socket: TLSSocket) => {
      sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
      if (socket.alpnProtocol === 'http/1.1') return answerPlainly(socket);
      socket.write(frame(SETTINGS, 0, 0));
      let seen: Buffer = Buffer.alloc(0);
      socket.on('data', (data) => {
        seen = Buffer.concat([seen, data]);
        if (!hasRequest(seen)) return;
        socket.removeAllListeners('data').resume();
        socket.write(Buffer.concat([frame(SETTINGS, ACK, 0), send]));
        const more = () => !socket.destroyed && socket.write(pour ?? '', () => setImmediate(more));
        if (pour !== undefined) more();
      });
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
