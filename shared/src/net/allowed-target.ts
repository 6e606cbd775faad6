import { normaliseHost } from './host-name.ts';

/** One `host:port` that may be reached although it is private or blocked. For development networks only. */
export interface AllowedTarget {
  host: string;
  port: number;
}

/**
 * Reads `127.0.0.1:8099,[::1]:8099,demo.test:80`, the value of SCRAPE_ALLOW_PRIVATE. The port is never implied.
 * Throws a TypeError that names the bad entry.
 */
export function parseAllowedTargets(list: string): AllowedTarget[] {
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .map(parseTarget);
}

/** True when the list names this very host and port. */
export function isAllowedTarget(host: string, port: number, targets: readonly AllowedTarget[]): boolean {
  const normal = normaliseHost(host);
  return normal !== null && targets.some((target) => target.host === normal && target.port === port);
}

function parseTarget(entry: string): AllowedTarget {
  const match = /^(\[[^\]]+\]|[^:[\]]+):(\d{1,5})$/.exec(entry);
  const host = match?.[1] ? normaliseHost(match[1]) : null;
  const port = Number(match?.[2]);
  if (host === null || !(port >= 1 && port <= 65_535)) {
    throw new TypeError(`"${entry}" is no host:port, such as 127.0.0.1:8099 or [::1]:8099.`);
  }
  return { host, port };
}
