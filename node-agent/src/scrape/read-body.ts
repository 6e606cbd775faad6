import { type Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { ScrapeFailure } from './scrape-failure.ts';

const MAX_CODINGS = 2;
const ZLIB_METHOD_DEFLATE = 8;

interface BodyLimits {
  bodyBytes: number;
  expandedBytes: number;
}

interface Body {
  bytes: Buffer;
  wireBytes: number;
}

/** Reads a body to its end and undoes its Content-Encoding, within both limits. Throws ScrapeFailure `too_large` or `http`. */
export async function readBody(
  source: Readable,
  contentEncoding: string,
  limits: BodyLimits,
  signal: AbortSignal,
): Promise<Body> {
  const wire = await collect({ source, maxBytes: limits.bodyBytes, signal });
  const codings = contentEncoding
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length > MAX_CODINGS)
    throw new ScrapeFailure('http', 'The body is compressed too many times over.');
  let bytes = wire;
  for (const coding of codings.reverse()) bytes = await expand(bytes, coding, limits.expandedBytes, signal);
  return { bytes, wireBytes: wire.length };
}

async function expand(bytes: Buffer, coding: string, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  if (bytes.length === 0) return bytes;
  try {
    return await collect({
      source: Readable.from([bytes]),
      decoder: decoderFor(coding, bytes),
      maxBytes,
      signal,
    });
  } catch (error) {
    if (error instanceof ScrapeFailure || signal.aborted) throw error;
    throw undecodable(coding, error);
  }
}

function undecodable(coding: string, cause: unknown): ScrapeFailure {
  return new ScrapeFailure('http', `The body is not valid ${coding} data, or it breaks off.`, { cause });
}

function decoderFor(coding: string, bytes: Buffer): Duplex {
  if (coding === 'gzip' || coding === 'x-gzip') return createGunzip();
  if (coding === 'br') return createBrotliDecompress();
  // RFC 9110 means zlib's format, yet some servers send the bare stream.
  if (coding === 'deflate') {
    return ((bytes[0] ?? 0) & 0x0f) === ZLIB_METHOD_DEFLATE ? createInflate() : createInflateRaw();
  }
  throw new ScrapeFailure(
    'http',
    `The server used the compression "${coding.slice(0, 20)}", which was not offered.`,
  );
}

interface CollectOptions {
  source: Readable;
  decoder?: Duplex;
  maxBytes: number;
  signal: AbortSignal;
}

async function collect({ source, decoder, maxBytes, signal }: CollectOptions): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  const sink = async (body: AsyncIterable<Buffer>) => {
    for await (const chunk of body) {
      length += chunk.length;
      if (length > maxBytes)
        throw new ScrapeFailure('too_large', `The page is larger than ${maxBytes} bytes.`);
      chunks.push(chunk);
    }
  };
  await (decoder ? pipeline(source, decoder, sink, { signal }) : pipeline(source, sink, { signal }));
  return Buffer.concat(chunks, length);
}
