import type { ScrapeRequest, Service } from '@watt/shared';

/** How old a copy may be that a stored job is served with, in seconds; null where it says nothing of copies. */
export function maxAgeOf(job: { service: Service; request: string }): number | null {
  // Most jobs say nothing of it, and are not parsed to find that out.
  if (job.service !== 'scrape' || !job.request.includes('"max_age"')) return null;
  const { options } = JSON.parse(job.request) as ScrapeRequest;
  return options.max_age ?? null;
}
