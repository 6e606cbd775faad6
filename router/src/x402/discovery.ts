import {
  ExecuteBodySchema,
  ExecutePayloadSchema,
  type PriceTable,
  ScrapeBodySchema,
  ScrapePayloadSchema,
  SERVICES,
  type Service,
} from '@watt/shared';
import type { Requirements } from './payment-header.ts';
import { DESCRIPTIONS } from './payment-required.ts';
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
  tags: string[];
  extensions: { bazaar: { info: object; schema: object } };
}

export interface DiscoveryOptions {
  /** The origin by which agents reach this router. */
  publicUrl: string;
  prices: PriceTable;
  /** When these prices began, in Unix milliseconds. */
  since: number;
}

const BODIES: Record<Service, { example: object; body: object; output: object; answer: object }> = {
  scrape: {
    example: { url: 'https://example.com/', selectors: { title: 'h1' } },
    body: ScrapeBodySchema,
    output: ScrapePayloadSchema,
    answer: { success: true, data: { title: 'Example Domain' }, watt_charged: 200, watt_burned: 0.3 },
  },
  execute: {
    example: { language: 'python', code: 'print(1 + 1)' },
    body: ExecuteBodySchema,
    output: ExecutePayloadSchema,
    answer: {
      success: true,
      output: { stdout: '2\n', stderr: '', exit_code: 0 },
      watt_charged: 500,
      watt_burned: 0.75,
    },
  },
};
const TAGS: Record<Service, string[]> = {
  scrape: ['web', 'scraping', 'data'],
  execute: ['compute', 'code', 'sandbox'],
};

/** What this router sells over x402, each with what it takes, what it answers and what it may cost. */
export function discoverResources(terms: OfferTerms, options: DiscoveryOptions): DiscoveredResource[] {
  return SERVICES.map((service) => {
    const { min, max } = priceRange(service, options.prices);
    const base = baseRequirements(terms, min);
    return {
      resource: `${options.publicUrl}/api/v1/${service}`,
      type: 'http',
      x402Version: 2,
      accepts: [{ ...base, extra: { ...base.extra, priceRange: { min: `${min}`, max: `${max}` } } }],
      lastUpdated: new Date(options.since).toISOString(),
      description: DESCRIPTIONS[service],
      mimeType: 'application/json',
      serviceName: 'WATT Compute',
      tags: TAGS[service],
      extensions: { bazaar: bazaarOf(service) },
    };
  });
}

function bazaarOf(service: Service): { info: object; schema: object } {
  const { example, body, output, answer } = BODIES[service];
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

/** In base units: the cheapest and the dearest request that can be made. */
function priceRange(service: Service, { scrape, execute }: PriceTable): { min: bigint; max: bigint } {
  const ways = [scrape.simple, scrape.standard, scrape.javascript];
  // A screenshot and a PDF can be added to any scrape, each at the same price.
  const prices = service === 'scrape' ? ways : execute.map((tier) => tier.price);
  const added = service === 'scrape' ? 2n * scrape.screenshot : 0n;
  const sorted = prices.toSorted((a, b) => (a < b ? -1 : 1));
  return { min: sorted.at(0) ?? 0n, max: (sorted.at(-1) ?? 0n) + added };
}
