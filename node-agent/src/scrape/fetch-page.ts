import type { Agent, Dispatcher } from 'undici';
import { DialError } from '../guard/dial-error.ts';
import type { Guard } from '../guard/guard.ts';
import { GuardRefusal } from '../guard/refusal.ts';
import { type ContentKind, charsetLabel, contentKind, sniffKind } from './content-kind.ts';
import { parseAddress } from './parse-address.ts';
import { readBody } from './read-body.ts';
import { ScrapeFailure } from './scrape-failure.ts';
import type { ScrapeLimits } from './scrape-limits.ts';
import type { Redirect } from './scrape-task.ts';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const TLS_FAULT = /^(?:ERR_TLS|ERR_SSL|CERT_|EPROTO$|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|HOSTNAME_MISMATCH)/;
const TIMEOUTS = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);
const HTTP_FAULT = /^(?:HPE_|UND_ERR_(?:RES_|RESPONSE|HEADERS_OVERFLOW|HTTP_PARSER))/;

/** What is said of ourselves; the compressions are those that this Node can undo. */
const HEADERS = {
  'user-agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  accept:
    'text/html,application/xhtml+xml,application/xml;q=0.9,application/json;q=0.8,text/*;q=0.8,*/*;q=0.1',
  'accept-language': 'en-US,en;q=0.9',
  'accept-encoding': 'gzip, deflate, br',
};

export interface FetchedPage {
  url: string;
  status: number;
  contentType: string | null;
  kind: ContentKind;
  charset: string | undefined;
  bytes: Buffer;
  wireBytes: number;
  redirects: Redirect[];
}

export interface FetchOptions {
  agent: Agent;
  guard: Guard;
  limits: ScrapeLimits;
}

/**
 * Gets one page without a browser. Redirects are followed by hand, each through the guard. An answer of any status is a page.
 * Throws ScrapeFailure, GuardRefusal, DialError, or the signal's reason.
 */
export async function fetchPage(
  options: FetchOptions,
  address: string,
  signal: AbortSignal,
): Promise<FetchedPage> {
  const redirects: Redirect[] = [];
  let url = parseAddress(address);
  for (;;) {
    options.guard.checkUrl(url);
    const response = await send(options.agent, url, signal);
    const location = REDIRECTS.has(response.statusCode) ? headerOf(response, 'location') : undefined;
    if (location === undefined)
      return await readPage(response, { url, redirects, limits: options.limits, signal });
    // The connection goes too: a redirect's body may be endless, and nobody reads it.
    response.body.on('error', () => undefined).destroy();
    redirects.push({ url: url.href, status: response.statusCode });
    if (redirects.length > options.limits.redirects) {
      throw new ScrapeFailure('redirects', `The page redirects more than ${options.limits.redirects} times.`);
    }
    url = nextAddress(location, url);
  }
}

async function send(agent: Agent, url: URL, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
  try {
    const path = `${url.pathname}${url.search}`;
    return await agent.request({ origin: url.origin, path, method: 'GET', headers: HEADERS, signal });
  } catch (error) {
    throw asFetchError(error, signal);
  }
}

interface ReadOptions {
  url: URL;
  redirects: Redirect[];
  limits: ScrapeLimits;
  signal: AbortSignal;
}

async function readPage(response: Dispatcher.ResponseData, options: ReadOptions): Promise<FetchedPage> {
  const { url, redirects, limits, signal } = options;
  const contentType = headerOf(response, 'content-type') ?? null;
  const declared = contentType === null ? undefined : contentKind(contentType);
  const length = Number(headerOf(response, 'content-length') ?? 0);
  if (declared === null || length > limits.bodyBytes) {
    response.body.on('error', () => undefined).destroy();
    if (declared === null) throw unsupported(contentType);
    throw new ScrapeFailure('too_large', `The page is larger than ${limits.bodyBytes} bytes.`);
  }
  const body = await readBody(
    response.body,
    headerOf(response, 'content-encoding') ?? '',
    limits,
    signal,
  ).catch((error) => {
    throw asFetchError(error, signal);
  });
  const kind = declared ?? sniffKind(body.bytes);
  if (kind === null) throw unsupported(contentType);
  const charset = charsetLabel(contentType ?? '');
  return { url: url.href, status: response.statusCode, contentType, kind, charset, redirects, ...body };
}

/** The failure for content that is not text, for the browser's side too. */
export function unsupported(contentType: string | null): ScrapeFailure {
  return new ScrapeFailure('unsupported_type', `Content of the type ${contentType ?? '(none)'} is not read.`);
}

/** Node hands headers over as Latin-1, but servers write UTF-8 into Location. */
function nextAddress(location: string, base: URL): URL {
  const text = Buffer.from(location, 'latin1').toString('utf8');
  if (!URL.canParse(text, base.href))
    throw new ScrapeFailure('redirects', 'The page redirects to no valid address.');
  const next = new URL(text, base);
  next.hash ||= base.hash;
  return next;
}

function headerOf(response: Dispatcher.ResponseData, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function asFetchError(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof ScrapeFailure || error instanceof GuardRefusal || error instanceof DialError)
    return error;
  const { code = '', name } = error as NodeJS.ErrnoException;
  const cause = { cause: error };
  if (TIMEOUTS.has(code)) return new ScrapeFailure('timeout', 'The server fell silent.', cause);
  if (TLS_FAULT.test(code))
    return new ScrapeFailure('tls', `The server's TLS cannot be trusted (${code}).`, cause);
  if (HTTP_FAULT.test(code) || name === 'HTTPParserError') {
    return new ScrapeFailure('http', 'The server does not answer in valid HTTP.', cause);
  }
  if (code.startsWith('UND_ERR') || code.startsWith('E') || name === 'AbortError') {
    return new ScrapeFailure('connect', 'The connection ended before the whole page had come.', cause);
  }
  return error;
}
