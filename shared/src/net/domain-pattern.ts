import { normaliseHost } from './host-name.ts';

/** A host, or a domain with everything below it. */
export interface DomainPattern {
  /** As it was written down, for messages. */
  text: string;
  host: string;
  withSubdomains: boolean;
}

/**
 * Reads one entry of a domain list: `localhost`, `127.0.0.1`, `example.com` (that host alone), `*.gov` (every name that ends in
 * `.gov`, at any depth, **and** `gov` itself: who blocks `*.example.com` does not want example.com left open), or `*` (every host).
 * Throws a TypeError that names the entry when it is none of these; a list with a typing error must not quietly block nothing.
 */
export function parseDomainPattern(text: string): DomainPattern {
  const trimmed = text.trim();
  if (trimmed === '*') return { text: trimmed, host: '', withSubdomains: true };
  const withSubdomains = trimmed.startsWith('*.');
  const rest = withSubdomains ? trimmed.slice(2) : trimmed;
  const host = rest.includes('*') ? null : normaliseHost(rest);
  if (host === null) {
    throw new TypeError(`"${text}" is no domain pattern: write example.com, *.example.com or an IP address.`);
  }
  return { text: trimmed, host, withSubdomains };
}

/** Reads a comma- or space-separated list, such as an environment variable. Empty text is an empty list. */
export function parseDomainPatterns(list: string): DomainPattern[] {
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .map(parseDomainPattern);
}

/** The first pattern that covers the host, or null. A host that cannot be read matches nothing: check `normaliseHost` first. */
export function matchesDomain(host: string, patterns: readonly DomainPattern[]): DomainPattern | null {
  const normal = normaliseHost(host);
  if (normal === null) return null;
  return patterns.find((pattern) => covers(pattern, normal)) ?? null;
}

function covers(pattern: DomainPattern, host: string): boolean {
  if (host === pattern.host) return true;
  if (!pattern.withSubdomains) return false;
  return pattern.host === '' || host.endsWith(`.${pattern.host}`);
}
