import {
  type AppError,
  type BaseUnits,
  checkScrapeOptions,
  type ExecuteBody,
  ExecuteBodySchema,
  type ExecuteRequest,
  executeFault,
  type MapBody,
  MapBodySchema,
  normaliseExecute,
  normaliseMap,
  normaliseScrape,
  normaliseSession,
  type Price,
  type PriceTable,
  parseSelectors,
  priceExecute,
  priceScrape,
  priceSession,
  type ScrapeBody,
  ScrapeBodySchema,
  type ScrapeRequest,
  SelectorFault,
  type SelectorField,
  type Service,
  type SessionBody,
  SessionBodySchema,
  type SessionRequest,
} from '@watt/shared';
import { type ScreeningRules, screenUrl } from '../screening/screening.ts';
import { assertText, assertTexts } from './assert-text.ts';
import { readMaxCost } from './max-cost.ts';
import { createValidator, fieldError } from './validate.ts';

/** A valid request: what is priced, stored and sent to a node. */
export interface ReadRequest {
  service: Service;
  request: ScrapeRequest | ExecuteRequest | SessionRequest;
  price: Price;
  /** The address to count limits by; null for executions. */
  url: string | null;
  jobId: string | undefined;
  /** Of the body, in base units; null without one. */
  maxCost: BaseUnits | null;
}

/** What a body is about. A map is a scrape of another kind, a session an execution. */
export type RequestForm = Service | 'map' | 'session';

export interface RequestReader {
  /** Throws INVALID_REQUEST naming each field and its mend, or DOMAIN_BLOCKED. */
  read(form: RequestForm, body: unknown): ReadRequest;
}

const validateScrape = createValidator<ScrapeBody>(ScrapeBodySchema);
const validateMap = createValidator<MapBody>(MapBodySchema);
const validateExecute = createValidator<ExecuteBody>(ExecuteBodySchema);
const validateSession = createValidator<SessionBody>(SessionBodySchema);

export function createRequestReader(prices: PriceTable, rules: ScreeningRules): RequestReader {
  const readers = { scrape: readScrape, map: readMap, execute: readExecute, session: readSession };
  return { read: (form, body) => readers[form](body) };

  function readScrape(raw: unknown): ReadRequest {
    const body = validateScrape(raw);
    assertText('url', body.url);
    if (body.selectors) checkSelectors(body.selectors);
    assertTexts('options', body.options ?? {});
    const fault = checkScrapeOptions(body.options ?? {});
    if (fault) throw fieldError(fault);
    return asScrape(body, normaliseScrape(body));
  }

  function readMap(raw: unknown): ReadRequest {
    const body = validateMap(raw);
    assertText('url', body.url);
    assertText('search', body.search ?? '');
    return asScrape(body, normaliseMap(body));
  }

  function asScrape(body: ScrapeBody | MapBody, normal: ScrapeRequest): ReadRequest {
    const url = screenUrl(body.url, rules);
    // The address as it was understood here is the one that is stored and fetched: nobody reads it in a second way.
    const request = { ...normal, url: url.href };
    url.hash = '';
    return {
      service: 'scrape',
      request,
      price: priceScrape(request, prices),
      url: url.href,
      jobId: body.job_id,
      maxCost: readMaxCost('maxCost', body.maxCost),
    };
  }

  function readExecute(raw: unknown): ReadRequest {
    const body = validateExecute(raw);
    const { job_id: _, ...texts } = body;
    assertTexts('', texts);
    const request = normaliseExecute(body);
    const fault = executeFault(request);
    if (fault) throw fieldError(fault);
    const price = priceExecute(request, prices);
    if (!price) throw beyondTiers(request, prices);
    const maxCost = readMaxCost('maxCost', body.maxCost);
    return { service: 'execute', request, price, url: null, jobId: body.job_id, maxCost };
  }

  function readSession(raw: unknown): ReadRequest {
    const body = validateSession(raw);
    const request = normaliseSession(body);
    const price = priceSession(request, prices);
    if (!price) {
      const fix = `The largest tier has ${prices.session.at(-1)?.maxMemoryMb} MB.`;
      throw fieldError({ field: 'memory_mb', message: 'is beyond the largest tier', fix });
    }
    const maxCost = readMaxCost('maxCost', body.maxCost);
    return { service: 'execute', request, price, url: null, jobId: body.job_id, maxCost };
  }
}

function checkSelectors(selectors: Record<string, SelectorField>): void {
  assertTexts('selectors', selectors);
  try {
    parseSelectors(selectors);
  } catch (error) {
    if (!(error instanceof SelectorFault)) throw error;
    throw fieldError({
      field: error.field === '' ? 'selectors' : `selectors.${error.field}`,
      message: error.message,
      fix: 'Give a CSS selector such as h1 or .article-body p, with an attribute as in a@href.',
    });
  }
}

function beyondTiers(request: ExecuteRequest, prices: PriceTable): AppError {
  const largest = prices.execute.at(-1);
  const field = largest && request.timeout > largest.maxSeconds ? 'timeout' : 'memory_mb';
  return fieldError({
    field,
    message: 'is beyond the largest tier',
    fix: `The largest tier has ${largest?.maxSeconds} seconds and ${largest?.maxMemoryMb} MB.`,
  });
}
