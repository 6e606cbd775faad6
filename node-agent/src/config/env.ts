/** What the environment says. Flags come before it, `config.json` after it. Null stands for "not set". */
export interface NodeEnv {
  /** WATT_NODE_HOME */
  home: string | null;
  /** WATT_ROUTER_URL */
  routerUrl: string | null;
  /** SCRAPE_ALLOW_PRIVATE: private targets that scrapes may reach all the same, `127.0.0.1:8099,…`. Development only. */
  scrapeAllowPrivate: string;
  /** BLOCKED_DOMAINS: what no scrape may reach, `*.gov,…`, also by a redirect. */
  blockedDomains: string | null;
  /** ALLOWED_DOMAINS: when set, scrapes reach nothing else. */
  allowedDomains: string | null;
  /** SCRAPE_PORTS: the ports that scrapes may reach, `80,443,8080,8443`. */
  scrapePorts: string | null;
  /** SCRAPE_DNS_SERVERS: asked for names instead of this machine's resolver. */
  scrapeDnsServers: string | null;
  /** SCRAPER_PROXIES: proxies that every scrape goes out by, `http://user:password@host:3128,socks5://…`. */
  scraperProxies: string | null;
  /** LOG_LEVEL: a level of pino. */
  logLevel: string | null;
  /** CHROMIUM_PATH: the browser to use instead of the one that would be found. */
  chromiumPath: string | null;
  /** DOCKER_HOST, as Docker reads it. */
  dockerHost: string | null;
  /** HOME, where the default home folder is. */
  userHome: string | null;
}

/** The only reader of the environment in this package. */
export function readNodeEnv(env: NodeJS.ProcessEnv = process.env): NodeEnv {
  const read = (name: string) => env[name]?.trim() || null;
  return {
    home: read('WATT_NODE_HOME'),
    routerUrl: read('WATT_ROUTER_URL'),
    scrapeAllowPrivate: read('SCRAPE_ALLOW_PRIVATE') ?? '',
    blockedDomains: env['BLOCKED_DOMAINS'] ?? null,
    allowedDomains: read('ALLOWED_DOMAINS'),
    scrapePorts: read('SCRAPE_PORTS'),
    scrapeDnsServers: read('SCRAPE_DNS_SERVERS'),
    scraperProxies: read('SCRAPER_PROXIES'),
    logLevel: read('LOG_LEVEL'),
    chromiumPath: read('CHROMIUM_PATH'),
    dockerHost: read('DOCKER_HOST'),
    userHome: read('HOME'),
  };
}
