import {
  type AllowedTarget,
  DEFAULT_BLOCKED_DOMAINS,
  DEFAULT_WEB_PORTS,
  type DomainList,
  parseAllowedTargets,
  parseDomainPatterns,
  parsePorts,
  parseScrapeProxies,
} from '@watt/shared';
import { CliError } from '../cli/cli-error.ts';
import type { Upstream } from '../guard/upstream/upstream.ts';
import type { NodeEnv } from './env.ts';
import type { NodeConfig } from './node-config.ts';

/** What the operator lets scrapes do from this machine. */
export interface ScrapePolicy {
  /** Private targets that may be reached all the same. Development only. */
  allowPrivate: AllowedTarget[];
  ports: readonly number[];
  domains: DomainList;
  /** DNS servers to ask instead of this machine's resolver; empty for the latter. */
  dnsServers: string[];
  /** Proxies that every scrape goes out by; empty for straight from here. */
  upstreams: Upstream[];
  /** Whether those that the router names are used where the operator has none. */
  takesRouterProxies: boolean;
}

/** The environment comes before `scrape` in config.json. Throws a CliError that names the bad setting. */
export function toScrapePolicy(env: NodeEnv, { scrape = {} }: Pick<NodeConfig, 'scrape'>): ScrapePolicy {
  const { ports, blocked_domains, allowed_domains, dns_servers, proxies, router_proxies = true } = scrape;
  const pick = <T>(
    name: string,
    text: string | null,
    saved: readonly unknown[] | undefined,
    parse: (text: string) => T,
  ): T => readList(name, text ?? saved?.join(' ') ?? '', parse);
  const ownPorts = pick('SCRAPE_PORTS', env.scrapePorts, ports, parsePorts);
  const blocked = env.blockedDomains ?? blocked_domains?.join(' ') ?? DEFAULT_BLOCKED_DOMAINS;
  return {
    allowPrivate: readList('SCRAPE_ALLOW_PRIVATE', env.scrapeAllowPrivate, parseAllowedTargets),
    ports: ownPorts.length > 0 ? ownPorts : DEFAULT_WEB_PORTS,
    domains: {
      by: 'operator',
      blocked: readList('BLOCKED_DOMAINS', blocked, parseDomainPatterns),
      allowed: pick('ALLOWED_DOMAINS', env.allowedDomains, allowed_domains, parseDomainPatterns),
    },
    dnsServers: pick('SCRAPE_DNS_SERVERS', env.scrapeDnsServers, dns_servers, words),
    upstreams: pick('SCRAPER_PROXIES', env.scraperProxies, proxies, parseScrapeProxies).map((proxy) => ({
      ...proxy,
      by: 'operator',
    })),
    takesRouterProxies: router_proxies,
  };
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

function readList<T>(name: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (cause) {
    throw new CliError(`${name} is not valid: ${(cause as Error).message}`, { cause, exitCode: 2 });
  }
}
