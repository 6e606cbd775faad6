import { isIP } from 'node:net';
import { type DomainList, parseDomainPatterns, parseScrapeProxies, type Welcome } from '@watt/shared';
import type { Upstream } from '../guard/upstream/upstream.ts';
import type { NodeLogger } from './node-logger.ts';

/** An address that changes now and then leaves the old one with a neighbour; few are kept. */
const MAX_ADDRESSES = 8;

/** What this node learns from its router and its scraper goes by: which addresses and pages it may not reach, and by which proxies. */
export interface RouterFacts {
  /** Takes in a welcome, and the address that the connection leads to. */
  hear(
    welcome: Pick<Welcome, 'address' | 'scrape_domains' | 'scrape_proxies'>,
    routerAddress: string | undefined,
  ): void;
  /** This node's public addresses as the router saw them, and the router's own. */
  addresses(): readonly string[];
  /** The hosts by which the router is known. */
  hosts(): readonly string[];
  /** The router's lists, the latest of them; none before the first welcome. */
  domains(): readonly DomainList[];
  /** The proxies that it names; the same objects until it names others. */
  proxies(): readonly Upstream[];
}

/** `hosts`: from the router's addresses in the configuration. Lists and addresses outlive a lost connection. */
export function createRouterFacts(hosts: readonly string[], logger: NodeLogger): RouterFacts {
  let addresses: string[] = [];
  let domains: DomainList[] = [];
  let proxies: { named: string; all: Upstream[] } = { named: '', all: [] };

  function hearProxies(named: string): void {
    if (named === proxies.named) return;
    try {
      const all = parseScrapeProxies(named).filter(({ port }) => isProxyPort(port));
      proxies = { named, all: all.map((proxy) => ({ ...proxy, by: 'router' })) };
    } catch (error) {
      logger.warn({ err: error }, "the router's proxies cannot be read");
    }
  }

  return {
    hear(welcome, routerAddress) {
      const heard = [welcome.address, routerAddress].flatMap((address) => {
        const plain = address?.replace(/^::ffff:(?=\d+\.)/i, '') ?? '';
        return isIP(plain) === 0 ? [] : [plain];
      });
      addresses = [...new Set([...heard, ...addresses])].slice(0, MAX_ADDRESSES);
      hearProxies(welcome.scrape_proxies?.join(' ') ?? '');
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
    proxies: () => proxies.all,
  };
}

/** A router must not have its nodes knock at ports where other services than proxies listen. */
function isProxyPort(port: number): boolean {
  return port === 80 || port === 443 || port >= 1024;
}
