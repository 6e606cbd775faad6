import { parseUrl } from './parse-url.ts';

const MAX_HOST_LENGTH = 253;
/** Characters that would end the host inside a URL, so that `a@b` or `a/b` is never read as `b`. */
const NOT_HOST = /[\s/\\?#@%]/;

/**
 * The one spelling of a host that comparisons use: lower case, punycode, IPv4 as four decimal numbers, IPv6 compressed and without
 * brackets, no trailing dot. Null when the text is no host.
 */
export function normaliseHost(host: string): string | null {
  const bare = host.replace(/\.+$/, '');
  if (bare === '' || NOT_HOST.test(bare)) return null;
  const literal = bare.includes(':') && !bare.startsWith('[') ? `[${bare}]` : bare;
  const url = parseUrl(`http://${literal}/`);
  if (url?.port !== '' || url.hostname === '') return null;
  const normal = url.hostname.replace(/^\[|\]$/g, '').replace(/\.+$/, '');
  return normal.length > 0 && normal.length <= MAX_HOST_LENGTH ? normal : null;
}
