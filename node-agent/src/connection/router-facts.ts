import { isIP } from 'node:net';
import { type DomainList, parseDomainPatterns, type Welcome } from '@watt/shared';
import type { NodeLogger } from './node-logger.ts';

/** An address that changes now and then leaves the old one with a neighbour; few are kept. */
const MAX_ADDRESSES = 8;

/** What this node learns from its router and its guard needs: addresses that no page may be fetched from. */
export interface RouterFacts {
  /** Takes in a welcome, and the address that the connection leads to. */
  hear(welcome: Pick<Welcome, 'address' | 'scrape_domains'>, routerAddress: string | undefined): void;
  /** This node's public addresses as the router saw them, and the router's own. */
  addresses(): readonly string[];
  /** The hosts by which the router is known. */
  hosts(): readonly string[];
  /** The router's lists, the latest of them; none before the first welcome. */
  domains(): readonly DomainList[];
}

/** `hosts`: from the router's addresses in the configuration. Lists and addresses outlive a lost connection. */
export function createRouterFacts(hosts: readonly string[], logger: NodeLogger): RouterFacts {
  let addresses: string[] = [];
  let domains: DomainList[] = [];
  return {
    hear(welcome, routerAddress) {
      const heard = [welcome.address, routerAddress].flatMap((address) => {
        const plain = address?.replace(/^::ffff:(?=\d+\.)/i, '') ?? '';
        return isIP(plain) === 0 ? [] : [plain];
      });
      addresses = [...new Set([...heard, ...addresses])].slice(0, MAX_ADDRESSES);
      if (!welcome.scrape_domains) return;
      const { blocked, allowed } = welcome.scrape_domains;
      try {
        domains = [
          {
            by: 'router',
            blocked: parseDomainPatterns(blocked.join(' ')),
            allowed: parseDomainPatterns(allowed.join(' ')),
          },
        ];
      } catch (error) {
        // The earlier lists stay: a list that cannot be read must not open what it was to close.
        logger.warn({ err: error }, "the router's domain lists cannot be read");
      }
    },
    addresses: () => addresses,
    hosts: () => hosts,
    domains: () => domains,
  };
}
