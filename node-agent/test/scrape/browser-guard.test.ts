import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from '../../src/scrape/find-chromium.ts';
import { ownLiterals } from '../guard/corpus/literals.ts';
import { type Canary, startCanary } from './canary.ts';
import { hostilePages, TRICK_NAMES } from './hostile-pages.ts';
import { type Scrape, startScraper } from './start-scraper.ts';
import { startWebSite, type WebSite } from './web-site.ts';

/** One of this machine's own addresses, as its neighbours know it, stands for the operator's network. */
const HOSTS = ['127.0.0.1', '[::1]', 'localhost', 'private.test', ...ownLiterals().slice(0, 1)];
/** What the canary must hear when nothing is in the way. */
const AUDIBLE = [
  ...['/iframe', '/img', '/fetch', '/ws', '/r1', '/input', '/mapped.js', '/content', '/wjs'],
  ...['/script', '/css', '/bg', '/object', '/xhr', '/based', '/form', '/ka'],
  ...['/cl', '/typed.css', '/face', '/shadow'],
];
/** These may take the page itself away, or wait for something that never comes: each has a page of its own. */
const APART = [
  'popup',
  'form',
  'framerefresh',
  'blank',
  'download',
  'protocols',
  'ping',
  'keepalive',
  'beaconworker',
  'sandboxed',
];
const GROUP_SIZE = 12;
const NAMES = { 'private.test': ['127.0.0.1'], 'site.test': ['127.0.0.1'] };
/** Each has Chromium give up in a way of its own. */
const OUT_OF_THE_WEB = [
  ...['file:///etc/passwd', 'data:text/html,x', 'ws://site.test/', 'gopher://site.test/', 'mailto:a@b.test'],
  ...['javascript:alert(1)', 'chrome-extension://abc/x'],
];
/** With a picture, since pages that are only read are not asked for their images and fonts. */
const javascript = { options: { javascript: true, screenshots: true, screenshot: { full_page: false } } };
/** For many tricks at once, on a machine that may be busy. */
const patient = { options: { ...javascript.options, timeout: 60 } };

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

  test.each(groups())('%s never touch the canary', async (names) => {
    const targets = HOSTS.map((host) => `${host}:${canary.port}`).join(',');
    const isApart = APART.includes(names);
    const url = `${site.origin}/tricks?names=${names}&at=${targets}`;
    const outcome = await scrape(url, isApart ? javascript : patient);
    // Those that play with the page itself may end it, some of them by a fault of Chromium's own.
    if (!isApart) expect(outcome).toMatchObject({ data: { title: 'hostile' } });
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
        `${site.origin}/refresh-header?at=${target}`,
      ]) {
        const outcome = await scrape(url, javascript);
        expect(outcome, `${url} ${JSON.stringify(outcome)}`).toMatchObject({ code: 'DOMAIN_BLOCKED' });
      }
      expect(canary.touches).toEqual([]);
    },
  );

  test('a redirect out of the web is refused for its scheme, one to no address at all is told as such', async () => {
    for (const to of OUT_OF_THE_WEB) {
      const outcome = await scrape(`${site.origin}/away?to=${to}`, javascript);
      const refused = { rule: 'scheme', by: 'built-in' };
      expect(outcome, `${to} ${JSON.stringify(outcome)}`).toMatchObject({
        code: 'DOMAIN_BLOCKED',
        retryable: false,
        refused,
      });
    }
    for (const to of ['http://site.test:83313/', 'http://a%20b/', 'https://a%20b/', 'http://%2500/']) {
      const outcome = await scrape(`${site.origin}/away?to=${to}`, javascript);
      expect(outcome, `${to} ${JSON.stringify(outcome)}`).toMatchObject({
        reason: 'redirects',
        retryable: false,
      });
    }
  });

  test('a page that leaves the web by a script has no result', async () => {
    const outcome = await scrape(`${site.origin}/leave-web`, javascript);
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'browser', retryable: false });
  });

  test('what headers of a page name is not asked for', async () => {
    for (const host of HOSTS) {
      const outcome = await scrape(`${site.origin}/headers?at=${host}:${canary.port}`, javascript);
      expect(outcome).toMatchObject({ kind: 'completed', data: { title: 'hostile' } });
    }
    expect(canary.touches).toEqual([]);
  });

  test.each(['/xml', '/svg', '/xhtml'])('what the document %s names is not asked for', async (path) => {
    for (const host of ['127.0.0.1', 'private.test']) {
      const outcome = await scrape(`${site.origin}${path}?at=${host}:${canary.port}`, javascript);
      expect(outcome).toMatchObject({ kind: 'completed' });
      expect(JSON.stringify(outcome)).toMatch(/hostile/);
    }
    expect(canary.touches).toEqual([]);
  });

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
    const pages = [...groups().filter((names) => names.includes(',')), 'form', 'keepalive'];
    const unheard = () => {
      const heard = canary.touches.map((line) => line.split(' ')[1] ?? '');
      return AUDIBLE.filter((path) => !heard.includes(path));
    };
    // A busy machine may end a page before its last trick; what counts is that each can be heard.
    for (const names of [...pages, ...pages, ...pages, ...pages]) {
      if (unheard().length === 0) break;
      await open.scrape(`${site.origin}/tricks?names=${names}&at=127.0.0.1:${canary.port}`, patient);
    }
    expect(unheard()).toEqual([]);
    await open.scraper.close();
  });
});

/** Names for one page each, joined with commas. */
function groups(): string[] {
  const together = TRICK_NAMES.filter((name) => !APART.includes(name));
  const count = Math.ceil(together.length / GROUP_SIZE);
  const pages = Array.from({ length: count }, (_, page) =>
    together.filter((_name, index) => index % count === page).join(','),
  );
  return [...pages, ...APART];
}
