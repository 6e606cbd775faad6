import { isSameHost } from '../fetch/request-headers.ts';
import type { CDPSession } from '../launch-chromium.ts';
import type { ScrapeTask } from '../scrape-task.ts';

/** Nothing that is read depends on them; pages get on without. */
const UNREAD_TYPES = ['Image', 'Media', 'Font'] as const;

/**
 * Leaves out what a result without a picture does not need, and gives the agent's headers to the named host. Each hop of a redirect comes
 * by here, so headers do not travel on. This is for speed and courtesy: what may be reached is for the proxy to say.
 */
export async function interceptRequests(cdp: CDPSession, task: ScrapeTask): Promise<void> {
  const { screenshots, pdf, headers } = task.options;
  const isSeen = screenshots || pdf === true;
  const blocked = isSeen ? [] : UNREAD_TYPES.map((resourceType) => ({ resourceType, urlPattern: '*' }));
  const patterns = headers === undefined ? blocked : [{ urlPattern: '*' }];
  if (patterns.length === 0) return;
  const skipped = new Set<string>(isSeen ? [] : UNREAD_TYPES);
  cdp.on('Fetch.requestPaused', ({ requestId, resourceType, request }) => {
    const answer = skipped.has(resourceType)
      ? cdp.send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' })
      : cdp.send('Fetch.continueRequest', { requestId, headers: withOwn(request, task) });
    // The page may be gone by then.
    answer.catch(() => undefined);
  });
  await cdp.send('Fetch.enable', { patterns });
}

function withOwn(
  request: { url: string; headers: Record<string, string> },
  task: ScrapeTask,
): { name: string; value: string }[] {
  const own = new Map(
    Object.entries(task.options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), { name, value }]),
  );
  const usual = Object.entries(request.headers).map(([name, value]) => ({ name, value }));
  const others = usual.filter(({ name, value }) => {
    const mine = own.get(name.toLowerCase());
    return mine === undefined || mine.value !== value;
  });
  if (!URL.canParse(request.url) || !isSameHost(new URL(request.url), task)) return others;
  return [...others.filter(({ name }) => !own.has(name.toLowerCase())), ...own.values()];
}
