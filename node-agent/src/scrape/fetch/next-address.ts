import { parseUrl } from '@watt/shared';
import { ScrapeFailure } from '../scrape-failure.ts';

/** Where a Location leads. Node hands headers over as Latin-1, but servers write UTF-8 into it. Throws ScrapeFailure `redirects`. */
export function nextAddress(location: string, base: URL): URL {
  const text = Buffer.from(location, 'latin1').toString('utf8');
  const next = parseUrl(text, base);
  if (!next) throw new ScrapeFailure('redirects', 'The page redirects to no valid address.');
  next.hash ||= base.hash;
  return next;
}
