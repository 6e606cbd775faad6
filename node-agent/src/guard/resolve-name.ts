import type { LookupAddress } from 'node:dns';
import { Resolver, lookup as systemLookup } from 'node:dns/promises';
import { DialError } from './dial-error.ts';

const MAX_ADDRESSES = 16;
const QUERY_MS = 3_000;
const QUERY_TRIES = 2;

/** Resolves a name to all its addresses, or rejects with Node's DNS error. */
export type Lookup = (host: string) => Promise<LookupAddress[]>;

/** The machine's own way: hosts file, then its resolvers. */
export const lookUpBySystem: Lookup = (host) => systemLookup(host, { all: true, verbatim: true });

/** Asks these DNS servers and nothing else on this machine: no hosts file, no search domain, no multicast. `1.1.1.1` or `1.1.1.1:53`. */
export function createServerLookup(servers: readonly string[]): Lookup {
  const resolver = new Resolver({ timeout: QUERY_MS, tries: QUERY_TRIES });
  resolver.setServers(servers);
  return async (host) => {
    const [six, four] = await Promise.allSettled([resolver.resolve6(host), resolver.resolve4(host)]);
    if (six.status === 'rejected' && four.status === 'rejected') throw four.reason;
    const addresses = (answer: PromiseSettledResult<string[]>, family: number): LookupAddress[] =>
      answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family })) : [];
    return [...addresses(six, 6), ...addresses(four, 4)];
  };
}

/** One look-up within the limit. Throws DialError. */
export async function resolveName(
  name: string,
  lookup: Lookup,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<LookupAddress[]> {
  const addresses = await new Promise<LookupAddress[]>((accept, reject) => {
    // The system's resolver cannot be called off; its late answer is dropped.
    const onAbort = () => reject(new DialError('timeout', 'The name did not resolve in time.'));
    const timer = setTimeout(onAbort, timeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    lookup(name)
      .then(accept, (cause) => reject(dnsError(cause)))
      .finally(() => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
      });
  });
  if (addresses.length === 0) throw new DialError('dns', 'The name has no address.', { isLasting: true });
  return addresses;
}

/** The first of many addresses: nobody dials more. All of them are checked before. */
export function fewest(addresses: LookupAddress[]): LookupAddress[] {
  return addresses.slice(0, MAX_ADDRESSES);
}

function dnsError(cause: unknown): DialError {
  const { code } = cause as NodeJS.ErrnoException;
  const isLasting = code === 'ENOTFOUND' || code === 'ENODATA';
  return new DialError('dns', 'The name does not resolve.', { cause, isLasting });
}
