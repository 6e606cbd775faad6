import { type Static, Type } from 'typebox';
import { LIMITS } from '../limits.ts';
import { JobIdSchema } from './job-id.ts';
import { MaxCostSchema } from './max-cost.ts';
import type { ScrapeRequest } from './scrape.ts';

/** The body of `POST /api/v1/map`: the addresses of a site, from its page’s links and its sitemaps. */
export const MapBodySchema = Type.Object(
  {
    url: Type.String({ minLength: 1, maxLength: LIMITS.urlLength, description: 'An http or https address.' }),
    job_id: Type.Optional(JobIdSchema),
    maxCost: Type.Optional(MaxCostSchema),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: LIMITS.mapUrls, description: 'Addresses; 1000 unless said.' }),
    ),
    include_subdomains: Type.Optional(Type.Boolean()),
    search: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description: 'Only addresses that contain this, in any case.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type MapBody = Static<typeof MapBodySchema>;

/** What is to be found of a site; a member of a scrape request that only nodes which can map ever get. */
export interface SiteMapWish {
  limit: number;
  include_subdomains?: true;
  search?: string;
}

const USUAL_LIMIT = 1000;

/** A map is a scrape of another kind: one normal form, as for scrapes. */
export function normaliseMap(body: MapBody): ScrapeRequest {
  const { limit = USUAL_LIMIT, include_subdomains, search } = body;
  return {
    url: body.url,
    output_format: 'json',
    options: { javascript: false, screenshots: false, timeout: LIMITS.scrapeTimeoutMaxSeconds },
    map: {
      limit,
      ...(include_subdomains && { include_subdomains: true }),
      ...(search !== undefined && { search }),
    },
  };
}
