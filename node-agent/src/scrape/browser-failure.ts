import { parseUrl } from '@watt/shared';
import type { EgressFailure, EgressJob } from '../guard/egress-job.ts';
import { portOf } from '../guard/guard.ts';
import { unsupported } from './fetch/read-page.ts';
import type { MainDocument } from './main-document.ts';
import { blockedBy, ScrapeFailure } from './scrape-failure.ts';

const NET_ERROR = /net::(ERR_\w+)/;
const TLS_ERROR = /^ERR_(?:CERT|SSL|BAD_SSL|TLS|ECH)_/;
const HTTP_ERROR = /^ERR_(?:INVALID_|EMPTY_RESPONSE|CONTENT_|INCOMPLETE_|RESPONSE_|HTTP2?_|CONNECTION_)/;
/** Redirects to `file:`, `data:` and other schemes that are not the web's. */
const SCHEME_ERROR = /^ERR_(?:UNSAFE_REDIRECT|UNKNOWN_URL_SCHEME|DISALLOWED_URL_SCHEME|BLOCKED_BY_CLIENT)$/;
const HTML_TYPE = /^\s*(?:text\/html|application\/xhtml\+xml)\b/i;
const ABORTED = 'net::ERR_ABORTED';
const BAD_GATEWAY = 502;
/** Answers that leave a browser where it is. */
const WITHOUT_PAGE = new Set([204, 205]);

interface Circumstances {
  main: MainDocument;
  egress: EgressJob;
}

/** Why the main document could not be had, if it could not: Chromium may show its own error page and call that a success. */
export function documentFailure({ main, egress }: Circumstances): ScrapeFailure | null {
  if (egress.isOverQuota) return new ScrapeFailure('too_large', 'The page moved more data than a page may.');
  const failure = main.failure();
  const response = main.response();
  // Chromium gives up a navigation whose answer is a file, and one whose page leads elsewhere at once.
  const isGivenUp = failure?.errorText === ABORTED && response?.url() === failure.url;
  const headers = response?.headers() ?? {};
  const isEmpty = response !== null && WITHOUT_PAGE.has(response.status());
  if (main.isDownload() || (isGivenUp && (isEmpty || !isShown(headers))))
    return unsupported(headers['content-type'] ?? null);
  if (isGivenUp) {
    const message = 'The page was left for an address that is not on the web.';
    return new ScrapeFailure('browser', message, { isRetryable: false });
  }
  const address = failure?.url ?? response?.url();
  // Chromium takes some that are none.
  if (address !== undefined && parseUrl(address) === null) return noAddress();
  // Nobody called it off but Chromium itself, for a redirect to an address that runs as a script.
  if (failure?.errorText === ABORTED && response === null) return blockedBy('scheme');
  if (failure) return ofNetError(failure.errorText, egressFailureAt(egress, failure.url));
  if (response?.status() !== BAD_GATEWAY) return null;
  // Perhaps the proxy's own answer rather than the site's.
  const refused = egressFailureAt(egress, response.url());
  return refused ? ofEgress(refused) : null;
}

/** Makes a failure of whatever the visit threw; what became of the document explains it best. */
export function browserFailure(error: unknown, circumstances: Circumstances): ScrapeFailure {
  if (error instanceof ScrapeFailure && error.reason !== 'browser') return error;
  const known = documentFailure(circumstances);
  if (known) return known;
  const message = error instanceof Error ? error.message : '';
  const netError = NET_ERROR.exec(message)?.[1];
  // On a busy machine Chromium's error page can come before its event; what the proxy refused last is then the best witness.
  const refused = circumstances.egress.failures.at(-1);
  if (refused && (netError || error instanceof ScrapeFailure)) return ofEgress(refused);
  if (error instanceof ScrapeFailure) return error;
  if (netError) return ofNetError(netError, undefined, error);
  return new ScrapeFailure('browser', 'The browser failed on this page.', { cause: error });
}

function isShown(headers: Record<string, string>): boolean {
  const isFile = /^\s*attachment/i.test(headers['content-disposition'] ?? '');
  return !isFile && HTML_TYPE.test(headers['content-type'] ?? '');
}

function ofNetError(text: string, refused: EgressFailure | undefined, cause?: unknown): ScrapeFailure {
  const name = NET_ERROR.exec(text)?.[1] ?? text;
  if (refused) return ofEgress(refused);
  if (TLS_ERROR.test(name))
    return new ScrapeFailure('tls', `The server's TLS cannot be trusted (${name}).`, { cause });
  if (name === 'ERR_TOO_MANY_REDIRECTS')
    return new ScrapeFailure('redirects', 'The page redirects without end.', { cause });
  if (name === 'ERR_INVALID_REDIRECT') return noAddress(cause);
  if (SCHEME_ERROR.test(name)) return blockedBy('scheme', cause);
  if (name === 'ERR_UNSAFE_PORT') return blockedBy('port', cause);
  if (HTTP_ERROR.test(name)) {
    return new ScrapeFailure('http', `The server's answer broke off or is not valid (${name}).`, { cause });
  }
  return new ScrapeFailure('browser', `The browser could not open the page (${name}).`, { cause });
}

function ofEgress(failure: EgressFailure): ScrapeFailure {
  const isRetryable = !failure.isLasting;
  switch (failure.kind) {
    case 'refused':
      return blockedBy(failure.refused ?? 'address');
    case 'dns':
      return new ScrapeFailure('dns', 'The name does not resolve.', { isRetryable });
    case 'timeout':
      return new ScrapeFailure('timeout', 'The server did not accept a connection in time.');
    case 'quota':
      return new ScrapeFailure('too_large', 'The page opened more connections than a page may.');
    case 'broken':
      return new ScrapeFailure('http', "The server's answer broke off or is not valid.");
    case 'connect':
      return new ScrapeFailure('connect', 'The server refused the connection or cannot be reached.', {
        isRetryable,
      });
  }
}

function noAddress(cause?: unknown): ScrapeFailure {
  return new ScrapeFailure('redirects', 'The page redirects to no valid address.', { cause });
}

function egressFailureAt(egress: EgressJob, address: string): EgressFailure | undefined {
  const url = new URL(address);
  return egress.failureAt({ host: url.hostname, port: portOf(url) });
}
