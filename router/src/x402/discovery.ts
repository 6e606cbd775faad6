import {
  BatchSummarySchema,
  ExecuteBodySchema,
  ExecutePayloadSchema,
  LIMITS,
  MapBodySchema,
  type PriceTable,
  ScrapeBatchBodySchema,
  ScrapeBodySchema,
  ScrapePayloadSchema,
  SessionBodySchema,
} from '@watt/shared';
import { GOODS, type SoldPath } from './goods.ts';
import type { Requirements } from './payment-header.ts';
import { baseRequirements, type OfferTerms } from './requirements.ts';

/** One resource as x402's bazaar lists it. */
export interface DiscoveredResource {
  resource: string;
  type: 'http';
  x402Version: 2;
  /** The amount is the lowest price, `extra.priceRange` goes up to the highest. The 402 of a call has its own, with memo and job id. */
  accepts: Requirements[];
  lastUpdated: string;
  description: string;
  mimeType: string;
  serviceName: string;
  tags: readonly string[];
  extensions: { bazaar: { info: object; schema: object } };
}

export interface DiscoveryOptions {
  /** The origin by which agents reach this router. */
  publicUrl: string;
  prices: PriceTable;
  /** When these prices began, in Unix milliseconds. */
  since: number;
}

interface Entry {
  tags: readonly string[];
  /** A body that can be sent, and what may come back. */
  example: object;
  answer: object;
  body: object;
  output: object;
  /** In base units: the cheapest and the dearest request that can be made. */
  priceRange(prices: PriceTable): { min: bigint; max: bigint };
}

/** What matters of it: by the id its calls are made. */
const SESSION_OUTPUT = {
  type: 'object',
  properties: { session_id: { type: 'string', format: 'uuid' }, state: { type: 'string' } },
  required: ['session_id', 'state'],
};
const SCRAPED = { success: true, data: { title: 'Example Domain' }, watt_charged: 200, watt_burned: 0.3 };

const ENTRIES: Record<SoldPath, Entry> = {
  '/api/v1/scrape': {
    tags: ['web', 'scraping', 'data'],
    example: { url: 'https://example.com/', selectors: { title: 'h1' } },
    answer: SCRAPED,
    body: ScrapeBodySchema,
    output: ScrapePayloadSchema,
    priceRange: scrapeRange,
  },
  '/api/v1/execute': {
    tags: ['compute', 'code', 'sandbox'],
    example: { language: 'python', code: 'print(1 + 1)' },
    answer: {
      success: true,
      output: { stdout: '2\n', stderr: '', exit_code: 0 },
      watt_charged: 500,
      watt_burned: 0.75,
    },
    body: ExecuteBodySchema,
    output: ExecutePayloadSchema,
    priceRange: ({ execute }) => rangeOf(execute.map((tier) => tier.price)),
  },
  '/api/v1/scrape/batch': {
    tags: ['web', 'scraping', 'data', 'batch'],
    example: { urls: ['https://example.com/', 'https://example.org/'], selectors: { title: 'h1' } },
    answer: {
      success: true,
      state: 'done',
      pages: { total: 2, done: 2, failed: 0, running: 0 },
      results: [{ index: 0, url: 'https://example.com/', ...SCRAPED }],
      watt_charged: 400,
      watt_burned: 0.6,
    },
    body: ScrapeBatchBodySchema,
    output: BatchSummarySchema,
    priceRange(prices) {
      const { min, max } = scrapeRange(prices);
      return { min, max: max * BigInt(LIMITS.batchPages) };
    },
  },
  '/api/v1/map': {
    tags: ['web', 'sitemap', 'data'],
    example: { url: 'https://example.com/', limit: 100 },
    answer: {
      success: true,
      data: { urls: ['https://example.com/'], sitemaps: [], truncated: false },
      watt_charged: 100,
      watt_burned: 0.15,
    },
    body: MapBodySchema,
    output: ScrapePayloadSchema,
    priceRange: ({ scrape }) => rangeOf([scrape.simple]),
  },
  '/api/v1/sessions': {
    tags: ['compute', 'code', 'sandbox', 'interpreter'],
    example: { language: 'python', minutes: 5 },
    answer: { success: true, session_id: '…', state: 'ready', minutes: 5, price_watt: 2500 },
    body: SessionBodySchema,
    output: SESSION_OUTPUT,
    priceRange({ session }) {
      const { min, max } = rangeOf(session.map((tier) => tier.pricePerMinute));
      return { min, max: max * BigInt(LIMITS.sessionMinutesMax) };
    },
  },
};

/** What this router sells over x402, each with what it takes, what it answers and what it may cost. */
export function discoverResources(terms: OfferTerms, options: DiscoveryOptions): DiscoveredResource[] {
  return (Object.keys(GOODS) as SoldPath[]).map((path) => {
    const entry = ENTRIES[path];
    const { min, max } = entry.priceRange(options.prices);
    const base = baseRequirements(terms, min);
    return {
      resource: `${options.publicUrl}${path}`,
      type: 'http',
      x402Version: 2,
      accepts: [{ ...base, extra: { ...base.extra, priceRange: { min: `${min}`, max: `${max}` } } }],
      lastUpdated: new Date(options.since).toISOString(),
      description: GOODS[path].description,
      mimeType: 'application/json',
      serviceName: 'WATT Compute',
      tags: entry.tags,
      extensions: { bazaar: bazaarOf(entry) },
    };
  });
}

function bazaarOf({ example, body, output, answer }: Entry): { info: object; schema: object } {
  return {
    info: {
      input: { type: 'http', method: 'POST', bodyType: 'json', body: example },
      output: { type: 'json', example: answer },
    },
    schema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: {
        input: {
          type: 'object',
          properties: {
            type: { type: 'string', const: 'http' },
            method: { type: 'string', enum: ['POST'] },
            bodyType: { type: 'string', enum: ['json'] },
            body,
          },
          required: ['type', 'method', 'bodyType', 'body'],
        },
        output: { type: 'object', properties: { type: { type: 'string' }, example: output } },
      },
      required: ['input'],
    },
  };
}

/** A screenshot and a PDF can be added to any scrape, each at the same price. */
function scrapeRange({ scrape }: PriceTable): { min: bigint; max: bigint } {
  const { min, max } = rangeOf([scrape.simple, scrape.standard, scrape.javascript]);
  return { min, max: max + 2n * scrape.screenshot };
}

function rangeOf(prices: readonly bigint[]): { min: bigint; max: bigint } {
  const sorted = prices.toSorted((a, b) => (a < b ? -1 : 1));
  return { min: sorted.at(0) ?? 0n, max: sorted.at(-1) ?? 0n };
}
