import { parseUrl } from './parse-url.ts';

/** A proxy for the connections of scrapes. */
export interface ScrapeProxy {
  kind: 'http' | 'https' | 'socks5';
  host: string;
  port: number;
  username: string;
  password: string;
  /** Without the password, for logs. */
  label: string;
}

const PORTS = { http: 80, https: 443, socks5: 1080 } as const;

/**
 * Reads SCRAPER_PROXIES: `http://user:pass@proxy.example:3128, socks5://10.0.0.2:1080`. Throws a TypeError that names the entry by
 * its place, since entries hold passwords.
 */
export function parseScrapeProxies(list: string): ScrapeProxy[] {
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .map(parseProxy);
}

function parseProxy(entry: string, index: number): ScrapeProxy {
  const url = parseUrl(entry);
  const kind = url?.protocol.replace(/:$/, '').replace(/^socks5h$/, 'socks5') as
    | ScrapeProxy['kind']
    | undefined;
  const isBare = url && (url.pathname === '' || url.pathname === '/') && url.search === '';
  if (!url || !kind || !(kind in PORTS) || url.hostname === '' || !isBare) {
    throw new TypeError(`Entry ${index + 1} is no proxy such as http://user:password@host:3128.`);
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? PORTS[kind] : Number(url.port);
  return {
    ...{ kind, host, port },
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    label: `${kind}://${url.hostname}:${port}`,
  };
}
