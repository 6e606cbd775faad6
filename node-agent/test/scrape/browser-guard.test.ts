import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from '../../src/scrape/find-chromium.ts';
import { type Canary, startCanary } from './canary.ts';
import { hostilePages, TRICK_NAMES } from './hostile-pages.ts';
import { type Scrape, startScraper } from './start-scraper.ts';
import { startWebSite, type WebSite } from './web-site.ts';

const HOSTS = ['127.0.0.1', '[::1]', 'localhost', 'private.test', '127.0.0.1.'];
/** What the canary must hear when nothing is in the way. */
const AUDIBLE = ['iframe', 'image', 'fetch', 'websocket', 'worker', 'form', 'redirects'];
const NAMES = { 'private.test': ['127.0.0.1'], 'site.test': ['127.0.0.1'] };
const javascript = { options: { javascript: true } };

describe.skipIf(findChromium() === null)('the browser behind the guard', () => {
  let canary: Canary;
  let site: WebSite;
  let scrape: Scrape;
  let close: () => Promise<void>;

  beforeAll(async () => {
    canary = await startCanary();
    site = await startWebSite(hostilePages());
    const started = await startScraper({
      allow: [site.port],
      ports: [canary.port],
      names: NAMES,
      withBrowser: true,
    });
    expect(started.scraper.capabilities.javascript).toBe(true);
    scrape = started.scrape;
    close = () => started.scraper.close();
  });

  afterAll(async () => {
    await close?.();
    await site?.close();
    await canary?.close();
  });

  test.each(TRICK_NAMES)('%s never touches the canary', async (name) => {
    const targets = HOSTS.map((host) => `${host}:${canary.port}`).join(',');
    const outcome = await scrape(`${site.origin}/tricks?names=${name}&at=${targets}`, javascript);
    expect(outcome).toMatchObject({ kind: 'completed', data: { title: 'hostile' } });
    expect(JSON.stringify(outcome)).not.toMatch(/CANARY-BODY|root:x:/);
    expect(canary.touches).toEqual([]);
    expect(site.requests).not.toContain('/sw-ran');
  });

  test.each(['127.0.0.1', '[::1]', 'private.test'])(
    'a page that leads to http://%s is refused, not shown',
    async (host) => {
      const target = `${host}:${canary.port}`;
      const ways = [
        `http://${target}/`,
        `${site.origin}/away?to=http://${target}/`,
        `${site.origin}/away?to=https://${target}/`,
      ];
      for (const url of [
        ...ways,
        `${site.origin}/leave?at=${target}`,
        `${site.origin}/refresh?at=${target}`,
      ]) {
        const outcome = await scrape(url, javascript);
        expect(outcome, `${url} ${JSON.stringify(outcome)}`).toMatchObject({ code: 'DOMAIN_BLOCKED' });
      }
      expect(canary.touches).toEqual([]);
    },
  );

  test('the site is reached by its name, which only the proxy can resolve', async () => {
    const url = `http://site.test:${site.port}/tricks?names=image&at=localhost:1`;
    expect(await scrape(url, javascript)).toMatchObject({
      kind: 'completed',
      metadata: { url, status: 200 },
    });
  });

  test('the tricks are real: with the guard open, the canary hears them', async () => {
    const open = await startScraper({ allow: [site.port, canary.port], names: NAMES, withBrowser: true });
    expect(canary.touches).toEqual([]);
    for (const name of AUDIBLE) {
      const before = canary.touches.length;
      await open.scrape(`${site.origin}/tricks?names=${name}&at=127.0.0.1:${canary.port}`, javascript);
      expect(canary.touches.length, name).toBeGreaterThan(before);
    }
    await open.scraper.close();
  });
});
