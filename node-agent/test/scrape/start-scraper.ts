import type { LookupAddress } from 'node:dns';
import { DEFAULT_WEB_PORTS, parseDomainPatterns, parseScrapeProxies } from '@watt/shared';
import { pino } from 'pino';
import { createGuard } from '../../src/guard/guard.ts';
import { createOwnAddresses } from '../../src/guard/own-addresses.ts';
import type { Lookup } from '../../src/guard/resolve-name.ts';
import { createUpstreamPool } from '../../src/guard/upstream/upstream-pool.ts';
import { createScraper, type Scraper } from '../../src/scrape/create-scraper.ts';
import { findChromium } from '../../src/scrape/find-chromium.ts';
import { DEFAULT_SCRAPE_LIMITS, type ScrapeLimits } from '../../src/scrape/scrape-limits.ts';
import type { ScrapeOutcome, ScrapeTask } from '../../src/scrape/scrape-task.ts';
import { TEST_CERTIFICATE } from './test-certificate.ts';

interface Setup {
  /** Ports of 127.0.0.1 that may be reached. */
  allow: number[];
  /** Ports that the port rule lets pass, so that only the address rule is left to refuse. */
  ports?: number[];
  /** Names and their addresses; any other name does not resolve. */
  names?: Record<string, string[]>;
  /** Resolves instead of `names`. */
  lookup?: Lookup;
  /** The operator's block list and the router's. */
  blocked?: string;
  routerBlocked?: string;
  /** Addresses that the router told. */
  own?: string[];
  /** SCRAPER_PROXIES, the operator's or the router's. */
  proxies?: string;
  proxiesBy?: 'operator' | 'router';
  withBrowser?: boolean;
  limits?: Partial<ScrapeLimits>;
}

export type Scrape = (
  url: string,
  task?: Partial<Omit<ScrapeTask, 'options'>> & { options?: Partial<ScrapeTask['options']> },
) => Promise<ScrapeOutcome>;

export async function startScraper(setup: Setup): Promise<{ scraper: Scraper; scrape: Scrape }> {
  const guard = createGuard({
    allowPrivate: setup.allow.map((port) => ({ host: '127.0.0.1', port })),
    domains: () => [
      { by: 'operator', blocked: parseDomainPatterns(setup.blocked ?? ''), allowed: [] },
      { by: 'router', blocked: parseDomainPatterns(setup.routerBlocked ?? ''), allowed: [] },
    ],
    routerHosts: () => ['router.test', '198.41.0.4'],
    ports: [...DEFAULT_WEB_PORTS, ...setup.allow, ...(setup.ports ?? [])],
    ownAddresses: createOwnAddresses({ told: () => setup.own ?? [] }),
    lookup: setup.lookup ?? (async (host) => lookUp(host, setup.names ?? {})),
    connectTimeoutMs: 20_000,
  });
  const logger = pino({ level: 'silent' });
  const by = setup.proxiesBy ?? 'operator';
  const upstreams = parseScrapeProxies(setup.proxies ?? '').map((proxy) => ({ ...proxy, by }));
  const scraper = await createScraper({
    guard,
    trustedCertificates: [TEST_CERTIFICATE],
    upstreams: createUpstreamPool({ upstreams: () => upstreams, reach: guard.reach, logger }),
    chromiumPath: setup.withBrowser ? findChromium() : null,
    clock: Date,
    limits: { ...DEFAULT_SCRAPE_LIMITS, ...setup.limits },
    logger,
    isRoot: process.getuid?.() === 0,
  });
  const scrape: Scrape = (url, { options, ...task } = {}) =>
    scraper.scrape(
      {
        url,
        output_format: 'text',
        ...task,
        options: { javascript: false, screenshots: false, timeout: 15, ...options },
      },
      new AbortController().signal,
    );
  return { scraper, scrape };
}

function lookUp(host: string, names: Record<string, string[]>): LookupAddress[] {
  const addresses = names[host];
  if (!addresses) throw Object.assign(new Error(`no such name: ${host}`), { code: 'ENOTFOUND' });
  return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
}
