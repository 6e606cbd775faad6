import { AppError, DEFAULT_WEB_PORTS, parseAllowedTargets, parseDomainPatterns } from '@watt/shared';
import { describe, expect, it } from 'vitest';
import { type ScreeningRules, screenUrl } from './screen-url.ts';

const rules: ScreeningRules = {
  blockedDomains: parseDomainPatterns('localhost,127.0.0.1,*.gov,bad.example'),
  allowedDomains: [],
  ports: DEFAULT_WEB_PORTS,
  allowPrivate: parseAllowedTargets('127.0.0.1:8099,[::1]:8099,localhost:8099,demo.gov:443'),
};

function refusal(url: string, with_ = rules): AppError {
  try {
    screenUrl(url, with_);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error(`${url} was let through`);
}

describe('screenUrl', () => {
  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://0177.0.0.1/',
    'http://0x7f.0.0.1/',
    'http://0x7f000001/',
    'http://2130706433/',
    'http://017700000001/',
    'http://127.0.0.1./',
    'http://１２７.0.0.1/',
    'http://127。0。0。1/',
    'http://%31%32%37.0.0.1/',
    'http://0/',
    'http://0.0.0.0/',
    'http://10.0.0.1/',
    'http://172.16.0.1/',
    'http://172.31.255.255/',
    'http://192.168.1.1/',
    'http://100.64.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://0xa9fea9fe/',
    'http://198.18.0.1/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://[::1]/',
    'http://[::]/',
    'http://[0:0:0:0:0:0:0:1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[::127.0.0.1]/',
    'http://[fe80::1]/',
    'http://[fc00::1]/',
    'http://[fd00:ec2::254]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[ff02::1]/',
    'http://localhost/',
    'http://LOCALHOST:80/',
    'http://localhost./',
    'http://ＬＯＣＡＬＨＯＳＴ/',
    'https://nasa.gov/',
    'https://www.nasa.gov/',
    'https://a.b.c.GOV/',
    'https://gov/',
    'https://www.nasa.gov./',
    'https://bad.example/',
    'https://notgov/',
    'http://printer:8080/',
    'http://nas.local/',
    'http://metadata.google.internal/',
    'http://router.lan/',
    'https://example.com:22/',
    'http://example.com:6379/',
    'http:127.0.0.1/',
    'http:\\\\127.0.0.1\\',
    ' http://127.0.0.1/ ',
    'ht\ntp://127.0.0.1/',
  ])('blocks %j', (url) => {
    const error = refusal(url);
    expect(error.code).toBe('DOMAIN_BLOCKED');
    expect(error.entry.status).toBe(403);
    expect(error.extra['rule']).toBeTruthy();
  });

  it.each([
    'https://example.com/',
    'http://example.com:8080/path?query#part',
    'https://93.184.216.34/',
    'https://[2606:2800:220:1:248:1893:25c8:1946]/',
    'https://notgov.example/',
    'https://example.government/',
    'https://sub.bad.example/',
    'https://172.32.0.1/',
    'https://bücher.example/',
    'https://gov.example.com/',
  ])('lets %s through', (url) => {
    expect(screenUrl(url, rules).href).toBe(new URL(url).href);
  });

  it.each([
    ['http://127.0.0.1:8099/', true],
    ['http://0x7f.1:8099/', true],
    ['http://[0:0::1]:8099/', true],
    ['http://localhost:8099/', true],
    ['http://LocalHost.:8099/', true],
    ['https://127.0.0.1:8099/', true],
    ['https://demo.gov/', true],
    ['http://127.0.0.1:8098/', false],
    ['http://127.0.0.1/', false],
    ['http://127.0.0.2:8099/', false],
    ['http://demo.gov/', false],
    ['https://www.demo.gov/', false],
  ])('allows a development target by host and port alone: %s %s', (url, isAllowed) => {
    if (isAllowed) expect(screenUrl(url, rules).href).toBe(new URL(url).href);
    else expect(refusal(url).code).toBe('DOMAIN_BLOCKED');
  });

  it.each([
    ['', 'is not a valid URL'],
    ['example.com', 'is not a valid URL'],
    ['//example.com/', 'is not a valid URL'],
    ['http://', 'is not a valid URL'],
    ['http://exa mple.com/', 'is not a valid URL'],
    ['http://example.com:99999/', 'is not a valid URL'],
    ['http://256.256.256.256/', 'is not a valid URL'],
    ['http://[::1', 'is not a valid URL'],
    ['http://[fe80::1%25eth0]/', 'is not a valid URL'],
    ['ftp://example.com/', 'must be an http or https address'],
    ['file:///etc/passwd', 'must be an http or https address'],
    ['javascript:alert(1)', 'must be an http or https address'],
    ['data:text/html,x', 'must be an http or https address'],
    ['localhost:8099', 'must be an http or https address'],
    ['http://user@example.com/', 'must not contain a user name or password'],
    ['http://user:pass@127.0.0.1:8099/', 'must not contain a user name or password'],
    ['http://:pass@example.com/', 'must not contain a user name or password'],
    [`http://${'a'.repeat(300)}.com/`, 'has no valid host name'],
    ['http://.../', 'has no valid host name'],
  ])('says that %j %s', (url, message) => {
    const error = refusal(url);
    expect(error).toMatchObject({ code: 'INVALID_REQUEST', message: `url ${message}` });
    expect(error.extra['errors']).toMatchObject([{ field: 'url', message, fix: expect.any(String) }]);
  });

  it('says in words for programs which rule it was', () => {
    const only = { ...rules, allowedDomains: parseDomainPatterns('*.example') };
    const metadataOf = (url: string) => refusal(url, only).extra['metadata'];
    const facts = { reason: 'blocked', retryable: false, rule_by: 'router' };
    expect(metadataOf('https://nasa.gov/')).toEqual({ ...facts, rule: 'blocked-domain' });
    expect(metadataOf('https://example.com/')).toEqual({ ...facts, rule: 'not-allowed-domain' });
    expect(metadataOf('https://a.example:25/')).toEqual({ ...facts, rule: 'port' });
    expect(screenUrl('https://a.example/', only).host).toBe('a.example');
  });

  it('blocks what is not public even when the list is empty, and everything when it says so', () => {
    const none = { ...rules, blockedDomains: [], allowPrivate: [] };
    expect(refusal('http://127.0.0.1/', none).code).toBe('DOMAIN_BLOCKED');
    const all = { ...rules, blockedDomains: parseDomainPatterns('*'), allowPrivate: [] };
    expect(refusal('https://example.com/', all).code).toBe('DOMAIN_BLOCKED');
  });
});
