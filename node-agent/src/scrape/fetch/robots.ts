import robotsParser, { type Robot } from 'robots-parser';
import { GuardRefusal } from '../../guard/refusal.ts';
import { ScrapeFailure } from '../scrape-failure.ts';
import type { ScrapeTask } from '../scrape-task.ts';
import { askForText } from './ask-for-text.ts';
import type { FetchRooms } from './fetch-page.ts';
import type { JobAgent } from './job-agent.ts';

/** Its types describe an ES module, what comes is CommonJS: the function itself. */
const parseRobots = robotsParser as unknown as (url: string, text: string) => Robot;

/** The name that sites may address their rules to; those for `*` hold too. */
export const ROBOTS_NAME = 'watt-compute';

const KEPT_MS = 10 * 60_000;
const MAX_ORIGINS = 500;
/** Source of this and of what each answer means: RFC 9309, section 2. */
const MAX_BYTES = 500 * 1024;
const MAX_HOPS = 5;
const FETCH_MS = 10_000;

/** Rules by origin, kept for a while. Null stands for "everything is disallowed". */
export interface RobotsRules {
  get(origin: string): { isAllowed: (url: string) => boolean } | undefined;
  set(origin: string, text: string | null): { isAllowed: (url: string) => boolean };
}

export function createRobotsRules(clock: { now(): number }): RobotsRules {
  const kept = new Map<string, { isAllowed: (url: string) => boolean; until: number }>();
  return {
    get(origin) {
      const rules = kept.get(origin);
      return rules && rules.until > clock.now() ? rules : undefined;
    },
    set(origin, text) {
      const robots = text === null ? null : parseRobots(`${origin}/robots.txt`, text);
      const rules = {
        isAllowed: (url: string) => robots !== null && robots.isAllowed(url, ROBOTS_NAME) !== false,
        until: clock.now() + KEPT_MS,
      };
      kept.delete(origin);
      kept.set(origin, rules);
      const [oldest] = kept.keys();
      if (kept.size > MAX_ORIGINS && oldest !== undefined) kept.delete(oldest);
      return rules;
    },
  };
}

/** Throws ScrapeFailure `robots` where the site does not want to be read. robots.txt comes by the same guard as any page. */
export async function assertRobotsAllow(
  rooms: FetchRooms,
  job: JobAgent,
  url: URL,
  { task, signal }: { task: ScrapeTask; signal: AbortSignal },
): Promise<void> {
  const known = rooms.robots.get(url.origin);
  const rules = known ?? rooms.robots.set(url.origin, await fetchRobots(rooms, job, url, { task, signal }));
  if (rules.isAllowed(url.href)) return;
  throw new ScrapeFailure('robots', 'The site’s robots.txt does not allow this page, or cannot be read.');
}

/** The text; empty where there are no rules, null where the server fails to say. */
async function fetchRobots(
  rooms: FetchRooms,
  job: JobAgent,
  page: URL,
  { task, signal }: { task: ScrapeTask; signal: AbortSignal },
): Promise<string | null> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(FETCH_MS)]);
  let url = new URL('/robots.txt', page.origin);
  try {
    for (let hop = 0; hop < MAX_HOPS; hop += 1) {
      const limits = { bodyBytes: MAX_BYTES, expandedBytes: MAX_BYTES };
      const { status, next, bytes } = await askForText(rooms, job, url, { task, signal: limit, ...limits });
      if (status >= 500 || status === 429) return null;
      if (next === null) return bytes.toString('utf8');
      url = next;
    }
    return '';
  } catch (error) {
    signal.throwIfAborted();
    // What refuses robots.txt refuses the page, and says it better.
    if (error instanceof GuardRefusal && url.origin === page.origin) throw error;
    // Out of reach or too large: RFC 9309 takes both for "not now".
    return null;
  }
}
