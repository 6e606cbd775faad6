import { describe, expect, test } from 'vitest';
import { watt } from './money.ts';
import { DEFAULT_PRICES, priceExecute, priceScrape } from './pricing.ts';
import { normaliseScrape, type ScrapeBody } from './schemas/scrape.ts';

const url = 'https://example.com/';
const selectors = { title: 'h1' };

describe('priceScrape', () => {
  test.each<[Omit<ScrapeBody, 'url'>, number, string[]]>([
    [{ output_format: 'html' }, 100, ['scrape.simple']],
    [{}, 200, ['scrape.standard']],
    [{ output_format: 'text' }, 200, ['scrape.standard']],
    [{ output_format: 'json' }, 200, ['scrape.standard']],
    [{ output_format: 'markdown' }, 200, ['scrape.standard']],
    [{ output_format: 'html', options: { clean_html: true } }, 200, ['scrape.standard']],
    [{ output_format: 'html', options: { main_content: true } }, 200, ['scrape.standard']],
    [{ output_format: 'html', selectors }, 200, ['scrape.standard']],
    [{ output_format: 'json', selectors }, 200, ['scrape.standard']],
    [{ options: { javascript: true } }, 500, ['scrape.javascript']],
    [{ output_format: 'html', options: { javascript: true } }, 500, ['scrape.javascript']],
    [{ output_format: 'html', options: { screenshots: true } }, 400, ['scrape.simple', 'scrape.screenshot']],
    [{ options: { screenshots: true } }, 500, ['scrape.standard', 'scrape.screenshot']],
    [{ options: { javascript: true, screenshots: true } }, 800, ['scrape.javascript', 'scrape.screenshot']],
    [{ options: { timeout: 60 } }, 200, ['scrape.standard']],
  ])('%j costs %d', (body, total, items) => {
    const price = priceScrape(normaliseScrape({ url, ...body }), DEFAULT_PRICES);
    expect(price.total).toBe(watt(total));
    expect(price.lines.map(({ item }) => item)).toEqual(items);
    expect(price.lines.reduce((sum, line) => sum + line.price, 0n)).toBe(price.total);
  });
});

describe('priceExecute: limits of a tier are inclusive', () => {
  test.each([
    [1, 16, 300],
    [5, 128, 300],
    [5.001, 128, 500],
    [5, 129, 500],
    [30, 256, 500],
    [30, 128, 500],
    [5, 256, 500],
    [30.5, 256, 1000],
    [30, 257, 1000],
    [60, 512, 1000],
    [1, 512, 1000],
    [60, 16, 1000],
    [60.001, 512, null],
    [60, 513, null],
    [3600, 16, null],
  ])('%d s and %d MB', (timeout, memory_mb, total) => {
    expect(priceExecute({ timeout, memory_mb }, DEFAULT_PRICES)?.total ?? null).toBe(
      total === null ? null : watt(total),
    );
  });
});
