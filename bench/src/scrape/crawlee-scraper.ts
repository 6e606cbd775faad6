import { CheerioCrawler, Configuration, log as crawleeLog, LogLevel } from '@crawlee/cheerio';
import { PlaywrightCrawler } from '@crawlee/playwright';
import { chromium } from 'playwright-core';
import type { Role } from '../role-process.ts';
import { type Batch, type BatchResult, READY, SELECTORS, serveBatches } from './batch.ts';
import type { ScraperTask } from './watt-scraper.ts';

type Select = (selector: string) => { text(): string; first(): { text(): string } };

/** Crawlee with its storage in memory, all else as it comes, and as many pages at a time as the others have from the first on. */
export const crawleeScraper: Role<ScraperTask, { port: number }> = async ({ chromiumPath }) => {
  crawleeLog.setLevel(LogLevel.ERROR);
  const server = await serveBatches((batch) => crawl(batch, chromiumPath));
  return { ready: { port: server.port }, stop: server.close };
};

async function crawl(batch: Batch, chromiumPath: string | null): Promise<Omit<BatchResult, 'cpuSeconds'>> {
  const pageMs: number[] = [];
  let characters = 0;
  const startedAt = new Map<string, number>();
  const common = {
    minConcurrency: batch.concurrency,
    maxConcurrency: batch.concurrency,
    maxRequestRetries: 0,
    preNavigationHooks: [
      ({ request }: { request: { uniqueKey: string } }) => {
        startedAt.set(request.uniqueKey, performance.now());
      },
    ],
  };
  const done = (uniqueKey: string, count: number) => {
    characters += count;
    pageMs.push(performance.now() - (startedAt.get(uniqueKey) ?? 0));
  };
  const configuration = new Configuration({ persistStorage: false, purgeOnStart: true });
  const crawler =
    batch.mode === 'javascript'
      ? new PlaywrightCrawler(
          {
            ...common,
            launchContext: {
              launcher: chromium,
              useIncognitoPages: true,
              launchOptions: { executablePath: chromiumPath ?? '', args: ['--no-sandbox'] },
            },
            async requestHandler({ page, request, parseWithCheerio }) {
              await page.waitForSelector(READY);
              const $ = await parseWithCheerio();
              done(request.uniqueKey, $('title').text().length + $('body').text().length);
            },
          },
          configuration,
        )
      : new CheerioCrawler(
          {
            ...common,
            async requestHandler({ $, request }) {
              done(request.uniqueKey, read($ as unknown as Select, batch.mode));
            },
          },
          configuration,
        );
  const begun = performance.now();
  const { requestsFailed } = await crawler.run(
    batch.urls.map((url, index) => ({ url, uniqueKey: `${index}` })),
  );
  if (requestsFailed > 0) throw new Error(`Crawlee failed ${requestsFailed} of ${batch.urls.length} pages`);
  return { seconds: (performance.now() - begun) / 1_000, pageMs, characters };
}

function read($: Select, mode: Batch['mode']): number {
  if (mode === 'text') return $('title').text().length + $('body').text().length;
  const values = Object.values(SELECTORS).map((selector) => $(selector).first().text());
  return values.join('').length;
}
