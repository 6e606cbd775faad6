import { expect, test } from 'vitest';
import { createRouterFacts } from './router-facts.ts';

const quiet = () => undefined;
const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };

test('addresses of every session are kept, the latest first, and nothing that is none', () => {
  const facts = createRouterFacts(['router.test'], logger);
  facts.hear({ address: '::ffff:198.41.0.4' }, '93.184.216.34');
  facts.hear({ address: '2606:4700::5' }, undefined);
  facts.hear({ address: 'unknown' }, '93.184.216.34');
  expect(facts.addresses()).toEqual(['93.184.216.34', '2606:4700::5', '198.41.0.4']);
  expect(facts.hosts()).toEqual(['router.test']);
});

test('lists that cannot be read change nothing', () => {
  const facts = createRouterFacts([], logger);
  expect(facts.domains()).toEqual([]);
  facts.hear({ scrape_domains: { blocked: ['*.gov'], allowed: [] } }, undefined);
  facts.hear({ scrape_domains: { blocked: ['a*b'], allowed: [] } }, undefined);
  facts.hear({}, undefined);
  expect(facts.domains()).toMatchObject([{ by: 'router', blocked: [{ text: '*.gov' }], allowed: [] }]);
});

test('knows the proxies that the router named last, and none at ports of other services', () => {
  const warnings: unknown[] = [];
  const facts = createRouterFacts([], { ...logger, warn: (context: object) => warnings.push(context) });
  const scrape_proxies = [
    'http://u:p@proxy.example:3128',
    'socks5://proxy.example:22',
    'https://proxy.example',
  ];
  facts.hear({ scrape_proxies }, undefined);
  const heard = facts.proxies();
  expect(heard.map(({ label, by }) => `${by} ${label}`)).toEqual([
    'router http://proxy.example:3128',
    'router https://proxy.example:443',
  ]);
  facts.hear({ scrape_proxies }, undefined);
  expect(facts.proxies()).toBe(heard);
  facts.hear({ scrape_proxies: ['no proxy'] }, undefined);
  expect([facts.proxies(), warnings.length]).toEqual([heard, 1]);
  facts.hear({}, undefined);
  expect(facts.proxies()).toEqual([]);
});
