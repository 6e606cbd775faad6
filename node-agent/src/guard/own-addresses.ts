import { getServers } from 'node:dns';
import { isIP } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

/** What providers commonly give one home: all of its networks are the operator's, also those behind a second router. */
const HOME_PREFIX_BITS = 56;
/** Interfaces change rarely, and reading them for each of a page's connections would cost more than the check. */
const KEPT_MS = 2_000;

export interface OwnAddressesOptions {
  /** What the router tells: the public address that it sees, and its own. */
  told: () => readonly string[];
  /** Milliseconds of a clock that only moves forward. */
  clock?: () => number;
}

/**
 * Every prefix of this machine's interfaces, its resolvers, and what it was told. Devices in a home have global IPv6 addresses, and many
 * routers answer their admin page on the public IPv4 address. Global IPv6 addresses stand for the whole home's prefix.
 */
export function createOwnAddresses({
  told,
  clock = () => performance.now(),
}: OwnAddressesOptions): () => string[] {
  let local: string[] = [];
  let readAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (clock() - readAt > KEPT_MS) {
      local = [...readInterfaces(), ...readResolvers()];
      readAt = clock();
    }
    return [...local, ...told().map((address) => prefixOf(address))];
  };
}

/** Widens an address or prefix of this machine's to the network that counts as its own. */
export function prefixOf(cidr: string): string {
  const [address = '', bits] = cidr.split('/');
  if (isIP(address) !== 6) return cidr;
  return `${address}/${Math.min(Number(bits ?? 128), HOME_PREFIX_BITS)}`;
}

function readInterfaces(): string[] {
  const all: NetworkInterfaceInfo[] = Object.values(networkInterfaces()).flatMap(
    (addresses) => addresses ?? [],
  );
  return all.flatMap(({ cidr, address }) => (cidr === null ? [address] : [prefixOf(cidr)]));
}

function readResolvers(): string[] {
  return getServers()
    .map((server) => server.replace(/^\[(.*)\]:\d+$/, '$1').replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1'))
    .filter((server) => isIP(server) !== 0);
}
