import type { LookupAddress } from 'node:dns';
import { lookup as systemLookup } from 'node:dns/promises';
import { isIP, type Socket } from 'node:net';
import {
  type AllowedTarget,
  classifyAddress,
  type DomainPattern,
  isAllowedTarget,
  isInPrefixes,
  matchesDomain,
  normaliseHost,
} from '@watt/shared';
import { dial } from './dial.ts';
import { DialError } from './dial-error.ts';
import { GuardRefusal } from './refusal.ts';

export const DEFAULT_PORTS: readonly number[] = [80, 443, 8080, 8443];

/** Names that mean something only inside a network. Sources: RFC 6761, 6762, 7686, 8375, ICANN's .internal, and habit. */
const LOCAL_NAMES =
  /^[^.]+$|(?:^|\.)(?:localhost|local|localdomain|lan|home|home\.arpa|internal|intranet|private|corp|onion|in-addr\.arpa|ip6\.arpa)$/;
const MAX_ADDRESSES = 16;

export type Lookup = (host: string) => Promise<LookupAddress[]>;

export interface GuardOptions {
  /** Targets that may be reached although a rule below forbids them. Development networks only. */
  allowPrivate: readonly AllowedTarget[];
  blockedDomains: readonly DomainPattern[];
  ports: readonly number[];
  /** Prefixes and addresses of this machine and its networks, public ones included; see `readOwnAddresses`. */
  ownAddresses: () => readonly string[];
  /** Resolves a name to all its addresses; the system's resolver when left out. */
  lookup?: Lookup;
  /** Limit for resolving and for connecting, each. */
  connectTimeoutMs: number;
}

export interface Target {
  host: string;
  port: number;
}

/** Decides what this node may reach. Every connection for a job is opened by `connect`, so nothing is dialled unchecked. */
export interface Guard {
  /** What can be said without resolving. Throws GuardRefusal. */
  checkUrl(url: URL): void;
  /** Resolves once, checks every address, and dials one of those very addresses. Throws GuardRefusal or DialError. */
  connect(target: Target, signal: AbortSignal): Promise<Socket>;
}

export function createGuard(options: GuardOptions): Guard {
  const lookup = options.lookup ?? ((host) => systemLookup(host, { all: true, verbatim: true }));

  const checkTarget = ({ host, port }: Target): string => {
    const name = normaliseHost(host);
    if (name === null) throw new GuardRefusal('host', `not a host: ${host}`);
    if (isAllowedTarget(name, port, options.allowPrivate)) return name;
    const pattern = matchesDomain(name, options.blockedDomains);
    if (pattern) throw new GuardRefusal(`blocked-domain ${pattern.text}`, name);
    if (isIP(name)) checkAddress(name, port, options);
    else if (LOCAL_NAMES.test(name)) throw new GuardRefusal('local-name', name);
    if (!options.ports.includes(port)) throw new GuardRefusal('port', `${name}:${port}`);
    return name;
  };

  return {
    checkUrl(url) {
      if (url.protocol !== 'http:' && url.protocol !== 'https:')
        throw new GuardRefusal('scheme', url.protocol);
      if (url.username !== '' || url.password !== '') throw new GuardRefusal('credentials', url.host);
      checkTarget({ host: url.hostname, port: portOf(url) });
    },
    async connect({ host, port }, signal) {
      const name = checkTarget({ host, port });
      const addresses = isIP(name)
        ? [{ address: name, family: isIP(name) }]
        : await resolve(name, lookup, options.connectTimeoutMs, signal);
      // One forbidden answer spoils the name: which of several a client picks is not for the name's owner to play with.
      if (!isAllowedTarget(name, port, options.allowPrivate)) {
        for (const { address } of addresses) checkAddress(address, port, options);
      }
      return dial({ addresses, port, timeoutMs: options.connectTimeoutMs, signal });
    },
  };
}

/** The port a URL leads to, the scheme's own where none is written. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

function checkAddress(address: string, port: number, options: GuardOptions): void {
  if (isAllowedTarget(address, port, options.allowPrivate)) return;
  const fault = classifyAddress(address);
  if (fault !== 'public') throw new GuardRefusal('address', `${address} is ${fault}`);
  if (isInPrefixes(address, options.ownAddresses()))
    throw new GuardRefusal('address', `${address} is our own`);
  const pattern = matchesDomain(address, options.blockedDomains);
  if (pattern) throw new GuardRefusal(`blocked-domain ${pattern.text}`, address);
}

async function resolve(
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
  if (addresses.length > MAX_ADDRESSES) addresses.length = MAX_ADDRESSES;
  return addresses;
}

function dnsError(cause: unknown): DialError {
  const isLasting = (cause as NodeJS.ErrnoException).code === 'ENOTFOUND';
  return new DialError('dns', 'The name does not resolve.', { cause, isLasting });
}
