import { isIP } from 'node:net';
import {
  type AllowedTarget,
  AppError,
  classifyAddress,
  type DomainPattern,
  isAllowedTarget,
  matchesDomain,
  normaliseHost,
} from '@watt/shared';

export interface ScreeningRules {
  blockedDomains: readonly DomainPattern[];
  /** Development targets that the rules do not apply to. */
  allowPrivate: readonly AllowedTarget[];
}

/** Refuses an address before any money moves. Names are resolved and checked again by the node, at the moment of connecting. */
export function screenUrl(text: string, rules: ScreeningRules): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url) throw invalidUrl('is not a valid URL');
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw invalidUrl('must be an http or https address');
  if (url.username || url.password) throw invalidUrl('must not contain a user name or password');
  const host = normaliseHost(url.hostname);
  if (host === null) throw invalidUrl('has no valid host name');
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  if (isAllowedTarget(host, port, rules.allowPrivate)) return url;

  const pattern = matchesDomain(host, rules.blockedDomains);
  if (pattern) throw blocked(host, `it is on the block list as ${pattern.text}`);
  const kind = isIP(host) ? classifyAddress(host) : 'public';
  if (kind !== 'public') throw blocked(host, `the address is not public (${kind})`);
  return url;
}

function invalidUrl(what: string): AppError {
  return new AppError('INVALID_REQUEST', {
    detail: `url ${what}`,
    extra: {
      errors: [
        { field: 'url', message: what, fix: 'Give an absolute address such as https://example.com/page.' },
      ],
    },
  });
}

function blocked(host: string, rule: string): AppError {
  return new AppError('DOMAIN_BLOCKED', { detail: `${host} is not allowed: ${rule}`, extra: { rule } });
}
