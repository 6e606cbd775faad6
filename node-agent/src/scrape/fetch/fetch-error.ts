import { DialError } from '../../guard/dial-error.ts';
import { GuardRefusal } from '../../guard/refusal.ts';
import { ScrapeFailure } from '../scrape-failure.ts';

const TLS_FAULT = /^(?:ERR_TLS|ERR_SSL|CERT_|EPROTO$|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|HOSTNAME_MISMATCH)/;
const TIMEOUTS = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);
const HTTP_FAULT = /^(?:HPE_|ERR_HTTP2_|UND_ERR_(?:RES_|RESPONSE|HEADERS_OVERFLOW|HTTP_PARSER))/;

/** What a fetch threw, in our own words; what is nobody's expected failure comes back as it is. */
export function asFetchError(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof ScrapeFailure || error instanceof GuardRefusal || error instanceof DialError)
    return error;
  const { name } = error as Error;
  // That of an AbortSignal's own reason is a number.
  const code = String((error as NodeJS.ErrnoException).code ?? '');
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
