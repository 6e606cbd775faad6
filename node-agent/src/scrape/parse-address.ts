import { parseUrl } from '@watt/shared';
import { GuardRefusal } from '../guard/refusal.ts';

/** The task's address as a URL. The router has checked it already; a node does not rely on that. Throws GuardRefusal. */
export function parseAddress(address: string): URL {
  const url = parseUrl(address);
  if (!url) throw new GuardRefusal('host', 'the address cannot be read');
  return url;
}
