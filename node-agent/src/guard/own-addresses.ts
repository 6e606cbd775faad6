import { getServers } from 'node:dns';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/**
 * Every prefix of this machine's interfaces, its resolvers, and what the caller adds, such as the public address that the router
 * sees. Devices in a home have global IPv6 addresses, and many routers answer their admin page on the public IPv4 address.
 */
export function readOwnAddresses(extra: readonly string[] = []): string[] {
  const interfaces = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .flatMap(({ cidr }) => (cidr ? [cidr] : []));
  const resolvers = getServers()
    .map((server) => server.replace(/^\[(.*)\]:\d+$/, '$1'))
    .filter((server) => isIP(server) !== 0);
  return [...interfaces, ...resolvers, ...extra];
}
