import { chromium } from 'playwright-core';
import type { Role } from '../role-process.ts';
import { READY, runBatch, serveBatches } from './batch.ts';
import type { ScraperTask } from './watt-scraper.ts';

/** Playwright and nothing else: a fresh context for each page, its document taken as it stands when it is drawn. */
export const playwrightScraper: Role<ScraperTask, { port: number }> = async ({ chromiumPath }) => {
  const browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: ['--no-sandbox'] });
  const one = async (url: string) => {
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(url);
      await page.waitForSelector(READY);
      return (await page.content()).length;
    } finally {
      await context.close();
    }
  };
  const server = await serveBatches((batch) => runBatch(batch, one));
  return {
    ready: { port: server.port },
    async stop() {
      await server.close();
      await browser.close();
    },
  };
};
