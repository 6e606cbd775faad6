import { type Static, Type } from 'typebox';
import { LIMITS } from '../limits.ts';
import { JobIdSchema } from './job-id.ts';

export const OutputFormatSchema = Type.Union([
  Type.Literal('text'),
  Type.Literal('json'),
  Type.Literal('html'),
]);

/** The body of `POST /api/v1/scrape`, as the agent sends it. Source: specification, section 3. */
export const ScrapeBodySchema = Type.Object(
  {
    url: Type.String({ minLength: 1, maxLength: LIMITS.urlLength, description: 'An http or https address.' }),
    job_id: Type.Optional(JobIdSchema),
    output_format: Type.Optional(OutputFormatSchema),
    selectors: Type.Optional(
      Type.Record(
        // A pattern, because lengths say nothing about the names of a record.
        Type.String({ pattern: `^[\\s\\S]{1,${LIMITS.selectorNameLength}}$` }),
        Type.String({ minLength: 1, maxLength: LIMITS.selectorLength }),
        {
          minProperties: 1,
          maxProperties: LIMITS.selectors,
          additionalProperties: false,
          description: 'Field name to CSS selector.',
        },
      ),
    ),
    options: Type.Optional(
      Type.Object(
        {
          javascript: Type.Optional(Type.Boolean()),
          screenshots: Type.Optional(Type.Boolean()),
          timeout: Type.Optional(
            Type.Number({ minimum: 1, maximum: LIMITS.scrapeTimeoutMaxSeconds, description: 'Seconds.' }),
          ),
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
  selectors?: Record<string, string>;
  options: { javascript: boolean; screenshots: boolean; timeout: number };
}

/** Fills the defaults and brings members into one order, so that equal requests have equal JSON. */
export function normaliseScrape(body: ScrapeBody): ScrapeRequest {
  return {
    url: body.url,
    output_format: body.output_format ?? 'text',
    ...(body.selectors && { selectors: sortMembers(body.selectors) }),
    options: {
      javascript: body.options?.javascript ?? false,
      screenshots: body.options?.screenshots ?? false,
      timeout: body.options?.timeout ?? LIMITS.scrapeTimeoutDefaultSeconds,
    },
  };
}

function sortMembers(record: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
