import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import { ScrapeFailure } from '../scrape-failure.ts';
import { TooMuchOutput, unzstd } from './unzstd.ts';

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
  const wire = await collect(source, limits.bodyBytes, signal);
  const codings = contentEncoding
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length > MAX_CODINGS)
    throw new ScrapeFailure('http', 'The body is compressed too many times over.');
  let bytes = wire;
  for (const coding of codings.reverse()) bytes = await expand(bytes, coding, limits.expandedBytes);
  return { bytes, wireBytes: wire.length };
}

async function expand(bytes: Buffer, coding: string, maxBytes: number): Promise<Buffer> {
  if (bytes.length === 0) return bytes;
  const decode = decoderFor(coding, bytes);
  try {
    // Stops as soon as the output passes the limit, however far the input would go.
    return await decode(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    const isTooMuch =
      error instanceof TooMuchOutput || (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    if (isTooMuch) throw tooLarge(maxBytes, error);
    throw undecodable(coding, error);
  }
}

function tooLarge(maxBytes: number, cause?: unknown): ScrapeFailure {
  return new ScrapeFailure('too_large', `The page is larger than ${maxBytes} bytes.`, { cause });
}

function undecodable(coding: string, cause: unknown): ScrapeFailure {
  return new ScrapeFailure('http', `The body is not valid ${coding} data, or it breaks off.`, { cause });
}

type Decoder = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

function decoderFor(coding: string, bytes: Buffer): Decoder {
  if (coding === 'gzip' || coding === 'x-gzip') return promisify(gunzip);
  if (coding === 'br') return promisify(brotliDecompress);
  if (coding === 'zstd') return unzstd;
  // RFC 9110 means zlib's format, yet some servers send the bare stream.
  if (coding === 'deflate') {
    return ((bytes[0] ?? 0) & 0x0f) === ZLIB_METHOD_DEFLATE ? promisify(inflate) : promisify(inflateRaw);
  }
  throw new ScrapeFailure(
    'http',
    `The server used the compression "${coding.slice(0, 20)}", which was not offered.`,
  );
}

async function collect(source: Readable, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  const sink = async (body: AsyncIterable<Buffer>) => {
    for await (const chunk of body) {
      length += chunk.length;
      if (length > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk);
    }
  };
  await pipeline(source, sink, { signal });
  return Buffer.concat(chunks, length);
}
