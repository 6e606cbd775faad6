import { parseUrl, type SiteMapWish } from '@watt/shared';
import type { Deadline } from '../deadline.ts';
import { fetchPage } from '../fetch/fetch-page.ts';
import { createJobAgent, type JobAgent } from '../fetch/job-agent.ts';
import { createPhaseTimes } from '../phase-times.ts';
import type { ScrapeRooms } from '../scrape-page.ts';
import type { ScrapeCompleted, ScrapeTask } from '../scrape-task.ts';
import { fetchDocument } from './fetch-document.ts';
import { readSitemap, sitemapsOfRobots } from './read-sitemap.ts';
import { createSiteAddresses, type SiteAddresses } from './site-addresses.ts';

const MAX_SITEMAPS = 20;
/** Sitemaps that may be named at one time, by robots.txt and by indexes. */
const MAX_NAMED = 1000;
const MAX_URLS_OF_ONE = 50_000;
const MAX_BYTES = 20 * 1024 * 1024;
/** No new sitemap is begun after this part of the job's time, so that what was found arrives. */
const SITEMAP_TIME_SHARE = 0.5;

/**
 * Finds the addresses of a site: the links of the page, and what its sitemaps list, as robots.txt names them or at /sitemap.xml. The page must
 * answer; whatever else does not is left out. Throws what `scrapePage` throws.
 */
export async function mapSite(
  rooms: ScrapeRooms,
  task: ScrapeTask,
  wish: SiteMapWish,
  deadline: Deadline,
): Promise<ScrapeCompleted> {
  const startedAt = performance.now();
  const times = createPhaseTimes();
  const page = await fetchPage(rooms.fetching, task, { deadline, times });
  const { body, url, kind, charset } = page;
  const { elements: maxElements, resultBytes } = rooms.limits;
  // More links than a result may hold are no reason to refuse the page: the addresses are cut below.
  const reading = {
    body,
    url,
    kind,
    charset,
    format: 'json',
    maxElements,
    maxResultBytes: 4 * resultBytes,
  } as const;
  const parsed = await times.measure('parse', () => rooms.parsers.parse(reading, deadline.signal));
  const addresses = createSiteAddresses(new URL(url), wish);
  addresses.add(url);
  if (kind === 'html') for (const link of linksOf(parsed.data)) addresses.add(link);

  const job = createJobAgent(rooms.fetching, { times, signal: deadline.signal });
  try {
    const untilMs = startedAt + task.options.timeout * 1000 * SITEMAP_TIME_SHARE;
    const visit = { rooms, task, job, signal: deadline.signal, untilMs, wireBytes: page.wireBytes };
    const { sitemaps, isCut } = await readSitemaps(visit, new URL(url), addresses);
    return {
      kind: 'completed',
      data: { urls: addresses.urls, sitemaps, truncated: isCut || addresses.isFull },
      metadata: {
        url,
        ...(url !== task.url && { requested_url: task.url }),
        status: page.status,
        content_type: page.contentType,
        encoding: parsed.encoding ?? 'UTF-8',
        redirects: page.redirects,
        title: parsed.title,
        scraped_at: new Date(rooms.clock.now()).toISOString(),
        size_bytes: visit.wireBytes,
        execution_ms: Math.round(performance.now() - startedAt),
        timings: times.read(),
      },
      artifacts: [],
    };
  } finally {
    await job.close();
  }
}

interface Visit {
  rooms: ScrapeRooms;
  task: ScrapeTask;
  job: JobAgent;
  signal: AbortSignal;
  /** On the clock of `performance.now()`. */
  untilMs: number;
  /** Of all documents so far. */
  wireBytes: number;
}

/** Reads one after the other, the named before the usual one, and those of an index after it. */
async function readSitemaps(
  visit: Visit,
  page: URL,
  addresses: SiteAddresses,
): Promise<{ sitemaps: string[]; isCut: boolean }> {
  let bytesLeft = MAX_BYTES;
  const get = async (url: URL): Promise<string | null> => {
    const { rooms, task, job, signal } = visit;
    const found = await fetchDocument(rooms.fetching, job, url, { task, signal, maxBytes: bytesLeft });
    visit.wireBytes += found?.wireBytes ?? 0;
    bytesLeft -= Math.min(bytesLeft, found?.text.length ?? 0);
    return found?.text ?? null;
  };
  const robots = (await get(new URL('/robots.txt', page.origin))) ?? '';
  const queue = [...sitemapsOfRobots(robots, MAX_NAMED), new URL('/sitemap.xml', page.origin).href];
  const sitemaps: string[] = [];
  const tried = new Set<string>();
  for (const named of queue) {
    if (addresses.isFull) break;
    const url = parseUrl(named, page.href);
    if (!url || tried.has(url.href)) continue;
    const isOver = tried.size >= MAX_SITEMAPS || bytesLeft === 0 || performance.now() > visit.untilMs;
    if (isOver) return { sitemaps, isCut: true };
    tried.add(url.href);
    const text = await get(url);
    if (text === null) continue;
    const { isIndex, urls } = readSitemap(text, MAX_URLS_OF_ONE);
    if (urls.length === 0) continue;
    sitemaps.push(url.href);
    // A list grows while it is walked: indexes may name indexes, up to the limits above.
    if (isIndex) queue.push(...urls.slice(0, MAX_NAMED - Math.min(MAX_NAMED, queue.length)));
    else for (const address of urls) addresses.add(address);
  }
  return { sitemaps, isCut: false };
}

function linksOf(data: Record<string, unknown>): string[] {
  const { links } = data as { links?: readonly { url: string }[] };
  return (links ?? []).map((link) => link.url);
}
