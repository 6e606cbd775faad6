import { type Static, Type } from 'typebox';
import { LIMITS } from '../limits.ts';
import { JobIdSchema } from './job-id.ts';
import type { SiteMapWish } from './map.ts';
import { MaxCostSchema } from './max-cost.ts';
import {
  browserOptions,
  type ExtraScrapeOptions,
  fetchOptions,
  needsScripts,
  normaliseExtraOptions,
} from './scrape-options.ts';
import { normaliseSelectors, type SelectorField, SelectorsSchema } from './selectors.ts';

export const OutputFormatSchema = Type.Union([
  Type.Literal('text'),
  Type.Literal('json'),
  Type.Literal('html'),
  Type.Literal('markdown'),
]);

/** The body of `POST /api/v1/scrape`, as the agent sends it. Source: specification, section 3. */
export const ScrapeBodySchema = Type.Object(
  {
    url: Type.String({ minLength: 1, maxLength: LIMITS.urlLength, description: 'An http or https address.' }),
    job_id: Type.Optional(JobIdSchema),
    maxCost: Type.Optional(MaxCostSchema),
    output_format: Type.Optional(OutputFormatSchema),
    selectors: Type.Optional(SelectorsSchema),
    options: Type.Optional(
      Type.Object(
        {
          javascript: Type.Optional(Type.Boolean()),
          screenshots: Type.Optional(Type.Boolean()),
          main_content: Type.Optional(
            Type.Boolean({
              description: 'Only the page’s main content, without menus, adverts and the like.',
            }),
          ),
          clean_html: Type.Optional(
            Type.Boolean({
              description: 'With html: without scripts, styles and attributes that carry no content.',
            }),
          ),
          timeout: Type.Optional(
            Type.Number({ minimum: 1, maximum: LIMITS.scrapeTimeoutMaxSeconds, description: 'Seconds.' }),
          ),
          ...fetchOptions,
          ...browserOptions,
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
export type ScrapeBody = Static<typeof ScrapeBodySchema>;

/** A scrape with every default filled in: what is priced, stored and sent to a node. */
export interface ScrapeRequest {
  url: string;
  output_format: Static<typeof OutputFormatSchema>;
  selectors?: Record<string, SelectorField>;
  options: {
    javascript: boolean;
    screenshots: boolean;
    timeout: number;
    main_content?: true;
    clean_html?: true;
  } & ExtraScrapeOptions;
  /** Instead of the page: the addresses of its site. */
  map?: SiteMapWish;
}

/** Fills the defaults and brings members into one order, so that equal requests have equal JSON. */
export function normaliseScrape(body: ScrapeBody): ScrapeRequest {
  const extra = normaliseExtraOptions(body.options ?? {});
  return {
    url: body.url,
    output_format: body.output_format ?? 'text',
    ...(body.selectors && { selectors: normaliseSelectors(body.selectors) }),
    options: {
      javascript: (body.options?.javascript ?? false) || needsScripts(extra),
      screenshots: (body.options?.screenshots ?? false) || extra.screenshot !== undefined,
      timeout: body.options?.timeout ?? LIMITS.scrapeTimeoutDefaultSeconds,
      ...(body.options?.main_content && { main_content: true }),
      ...(body.options?.clean_html && { clean_html: true }),
      ...extra,
    },
  };
}
