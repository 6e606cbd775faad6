import { expect, test } from 'vitest';
import { readNodeEnv } from './env.ts';
import { toScrapePolicy } from './scrape-policy.ts';

test('without a word from the operator: the usual ports and list, nothing else', () => {
  expect(toScrapePolicy(readNodeEnv({}), {})).toMatchObject({
    allowPrivate: [],
    ports: [80, 443, 8080, 8443],
    domains: {
      by: 'operator',
      blocked: [{ text: 'localhost' }, { text: '127.0.0.1' }, { text: '*.gov' }],
      allowed: [],
    },
    dnsServers: [],
    upstreams: [],
  });
});

test('config.json is read, and the environment comes first', () => {
  const scrape = {
    ports: [80, 8000],
    blocked_domains: ['*.test'],
    allowed_domains: ['*.example'],
    dns_servers: ['1.1.1.1'],
    proxies: ['socks5://10.0.0.2:1080'],
  };
  expect(toScrapePolicy(readNodeEnv({}), { scrape })).toMatchObject({
    ports: [80, 8000],
    domains: { blocked: [{ text: '*.test' }], allowed: [{ text: '*.example' }] },
    dnsServers: ['1.1.1.1'],
    upstreams: [{ label: 'socks5://10.0.0.2:1080' }],
  });
  const env = readNodeEnv({
    SCRAPE_PORTS: '443',
    BLOCKED_DOMAINS: '',
    SCRAPER_PROXIES: 'http://u:p@h.example:1',
  });
  const policy = toScrapePolicy(env, { scrape });
  expect(policy).toMatchObject({
    ports: [443],
    domains: { blocked: [] },
    upstreams: [{ host: 'h.example' }],
  });
  expect(policy.upstreams[0]?.label).not.toContain('p@');
});

test.each([
  ['SCRAPE_PORTS', '0'],
  ['SCRAPE_PORTS', 'http'],
  ['BLOCKED_DOMAINS', 'a*b'],
  ['ALLOWED_DOMAINS', 'http://a.test'],
  ['SCRAPER_PROXIES', 'user:secret@h.example:1'],
])('%s=%s is named, and secrets are not', (name, value) => {
  const read = () => toScrapePolicy(readNodeEnv({ [name]: value }), {});
  expect(read).toThrow(name);
  expect(read).not.toThrow(/secret/);
});
