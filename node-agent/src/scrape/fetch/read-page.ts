import type { Dispatcher } from 'undici';
import { type BodyKind, charsetLabel, contentKind, sniffKind } from '../content-kind.ts';
import type { PhaseTimes } from '../phase-times.ts';
import { ScrapeFailure } from '../scrape-failure.ts';
import type { ScrapeLimits } from '../scrape-limits.ts';
import type { FetchedPage } from './fetch-page.ts';
import { pdfPage } from './pdf/pdf-page.ts';
import { readBody } from './read-body.ts';

interface ReadOptions {
  limits: ScrapeLimits;
  signal: AbortSignal;
  times: PhaseTimes;
}

/** Reads an answer to its end, if it is of a type that is read at all. Throws ScrapeFailure, or what the connection throws. */
export async function readPage(
  response: Dispatcher.ResponseData,
  url: URL,
  { limits, signal, times }: ReadOptions,
): Promise<Omit<FetchedPage, 'protocol' | 'redirects'>> {
  const contentType = headerOf(response, 'content-type') ?? null;
  const declared = contentType === null ? undefined : contentKind(contentType);
  const length = Number(headerOf(response, 'content-length') ?? 0);
  if (declared === null || length > limits.bodyBytes) {
    discard(response);
    if (declared === null) throw unsupported(contentType);
    throw new ScrapeFailure('too_large', `The page is larger than ${limits.bodyBytes} bytes.`);
  }
  const coding = headerOf(response, 'content-encoding') ?? '';
  const { bytes, wireBytes } = await times.measure('download', () =>
    readBody(response.body, coding, limits, signal),
  );
  const kind: BodyKind | null = declared ?? sniffKind(bytes);
  if (kind === null) throw unsupported(contentType);
  const facts = {
    ...{ url: url.href, status: response.statusCode, contentType, wireBytes },
    charset: charsetLabel(contentType ?? ''),
    etag: headerOf(response, 'etag') ?? null,
    lastModified: headerOf(response, 'last-modified') ?? null,
    cacheControl: allOf(response, 'cache-control'),
  };
  if (kind !== 'pdf') return { ...facts, kind, body: bytes };
  return { ...facts, kind: 'html', body: await times.measure('parse', () => pdfPage(bytes, limits, signal)) };
}

/** The failure for content that is not text, for the browser's side too. */
export function unsupported(contentType: string | null): ScrapeFailure {
  return new ScrapeFailure('unsupported_type', `Content of the type ${contentType ?? '(none)'} is not read.`);
}

/** The connection goes too: a body that nobody reads may be endless. */
export function discard(response: Dispatcher.ResponseData): void {
  response.body.on('error', () => undefined).destroy();
}

/** What a header says in all its lines, as one. */
function allOf(response: Dispatcher.ResponseData, name: string): string | null {
  const value = response.headers[name];
  return Array.isArray(value) ? value.join(', ') : (value ?? null);
}

export function headerOf(response: Dispatcher.ResponseData, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
