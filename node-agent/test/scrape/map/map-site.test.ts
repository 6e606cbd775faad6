import { gzipSync } from 'node:zlib';
import type { SiteMapWish } from '@watt/shared';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCanary } from '../canary.ts';
import { type Scrape, startScraper } from '../start-scraper.ts';
import { bytesPage, type Page, startWebSite, type WebSite } from '../web-site.ts';

const XML = { 'content-type': 'application/xml' };
let site: WebSite;
let canary: Awaited<ReturnType<typeof startCanary>>;
let scrape: Scrape;
let close: () => Promise<void>;

/** Known only once the site listens, for sitemaps hold whole addresses. */
const later =
  (page: () => Page): Page =>
  (request, response, url) =>
    page()(request, response, url);
const sitemap = (...paths: string[]) =>
  later(() => {
    const entries = paths.map((path) => `<url><loc> ${site.origin}${path} </loc></url>`);
    return bytesPage(`<urlset>${entries.join('')}</urlset>`, XML);
  });

beforeAll(async () => {
  canary = await startCanary();
  site = await startWebSite({
    '/': bytesPage(
      '<a href="/about#team">a</a><a href="/about">b</a><a href="https://other.test/">c</a><a href="mailto:x@y.z">d</a><a href="/a?b=1&amp;c=2">e</a>',
    ),
    '/robots.txt': later(() =>
      bytesPage(
        `User-agent: *\nSitemap: ${site.origin}/index.xml\nsitemap:${site.origin}/lines.txt\nSitemap: http://127.0.0.1:${canary.port}/secret.xml\nSitemap: http://10.0.0.1/x.xml`,
        { 'content-type': 'text/plain' },
      ),
    ),
    '/index.xml': later(() =>
      bytesPage(
        `<?xml version="1.0"?><sitemapindex><sitemap><loc>${site.origin}/packed.xml.gz</loc></sitemap><sitemap><loc>${site.origin}/gone.xml</loc></sitemap><sitemap><loc>${site.origin}/index.xml</loc></sitemap></sitemapindex>`,
        XML,
      ),
    ),
    '/packed.xml.gz': later(() =>
      bytesPage(
        gzipSync(`<urlset><url><loc><![CDATA[${site.origin}/packed?x=1&y=2]]></loc></url></urlset>`),
        { 'content-type': 'application/gzip' },
      ),
    ),
    '/lines.txt': later(() => bytesPage(`${site.origin}/line\nnonsense\n`, { 'content-type': 'text/plain' })),
    '/sitemap.xml': sitemap('/usual', '/about', '/a?b=1&amp;c=2'),
  });
  const started = await startScraper({ allow: [site.port], ports: [canary.port] });
  scrape = started.scrape;
  close = () => started.scraper.close();
});
afterAll(async () => {
  await close?.();
  await site?.close();
  await canary?.close();
});

const map = async (wish: Partial<SiteMapWish> = {}, path = '/') => {
  const outcome = await scrape(site.origin + path, { output_format: 'json', map: { limit: 1000, ...wish } });
  if (outcome.kind !== 'completed') throw new Error(outcome.message);
  return outcome.data as { urls: string[]; sitemaps: string[]; truncated: boolean };
};

describe('a map', () => {
  test('has the page’s links and what every sitemap lists, each once, of this site only', async () => {
    const { urls, sitemaps, truncated } = await map();
    const paths = ['/', '/about', '/a?b=1&c=2', '/line', '/usual', '/packed?x=1&y=2'];
    expect(urls).toEqual(paths.map((path) => site.origin + path));
    expect(sitemaps).toEqual(
      ['/index.xml', '/lines.txt', '/sitemap.xml', '/packed.xml.gz'].map((path) => site.origin + path),
    );
    expect(truncated).toBe(false);
  });

  test('never reaches what a sitemap names in the operator’s network', async () => {
    await map();
    expect(canary.touches).toEqual([]);
  });

  test('is cut where the caller or a search says so', async () => {
    expect(await map({ limit: 2 })).toMatchObject({ truncated: true });
    expect((await map({ limit: 2 })).urls).toHaveLength(2);
    expect((await map({ search: 'ABOUT' })).urls).toEqual([`${site.origin}/about`]);
  });

  test('fails where the page does not answer', async () => {
    const outcome = await scrape('http://127.0.0.1:9/', { map: { limit: 1 } });
    expect(outcome).toMatchObject({ kind: 'failed' });
  });
});
