import { isIP } from 'node:net';
import {
  type AllowedTarget,
  AppError,
  classifyAddress,
  type DomainPattern,
  isAllowedTarget,
  isLocalName,
  normaliseHost,
  parseUrl,
  refuseDomain,
} from '@watt/shared';

export interface ScreeningRules {
  blockedDomains: readonly DomainPattern[];
  /** Empty: every domain that is not blocked. */
  allowedDomains: readonly DomainPattern[];
  ports: readonly number[];
  /** Development targets that the rules do not apply to. */
  allowPrivate: readonly AllowedTarget[];
}

/** Refuses an address before any money moves. Names are resolved and checked again by the node, at the moment of connecting. */
export function screenUrl(text: string, rules: ScreeningRules): URL {
  const url = parseUrl(text);
  if (!url) throw invalidUrl('is not a valid URL');
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw invalidUrl('must be an http or https address');
  if (url.username || url.password) throw invalidUrl('must not contain a user name or password');
  const host = normaliseHost(url.hostname);
  if (host === null) throw invalidUrl('has no valid host name');
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  if (isAllowedTarget(host, port, rules.allowPrivate)) return url;

  const lists = [{ by: 'router', blocked: rules.blockedDomains, allowed: rules.allowedDomains }] as const;
  const refused = refuseDomain(host, lists);
  if (refused?.pattern) throw blocked(host, refused.rule, `it is on the block list as ${refused.pattern}`);
  if (refused) throw blocked(host, refused.rule, 'it is not on the list of allowed domains');
  const kind = isIP(host) ? classifyAddress(host) : 'public';
  if (kind !== 'public') throw blocked(host, 'address', `the address is not public (${kind})`);
  if (!isIP(host) && isLocalName(host)) throw blocked(host, 'local-name', 'the name is not public');
  if (!rules.ports.includes(port)) throw blocked(host, 'port', `port ${port} is not one of the web`);
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

/** `rule` in words, and `metadata` with the same names that a node's refusal has. */
function blocked(host: string, rule: string, why: string): AppError {
  return new AppError('DOMAIN_BLOCKED', {
    detail: `${host} is not allowed: ${why}`,
    extra: { rule: why, metadata: { reason: 'blocked', retryable: false, rule, rule_by: 'router' } },
  });
}
