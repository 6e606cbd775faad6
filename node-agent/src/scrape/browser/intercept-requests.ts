import { parseUrl } from '@watt/shared';
import { isSameHost } from '../fetch/request-headers.ts';
import type { CDPSession } from '../launch-chromium.ts';
import type { ScrapeTask } from '../scrape-task.ts';

/** Nothing that is read depends on them; pages get on without. */
const UNREAD_TYPES = ['Image', 'Media', 'Font'] as const;

interface Interception {
  task: ScrapeTask;
  /** What the proxy asks for. */
  password: { username: string; password: string };
}

/**
 * Opens the proxy, leaves out what a result without a picture does not need, and gives the agent's headers to the named host. Each hop of
 * a redirect comes by here, so headers do not travel on. Leaving out is for speed and courtesy: what may be reached is for the proxy to say.
 */
export async function interceptRequests(cdp: CDPSession, { task, password }: Interception): Promise<void> {
  const { screenshots, pdf, headers } = task.options;
  const skipped = new Set<string>(screenshots || pdf ? [] : UNREAD_TYPES);
  cdp.on('Fetch.requestPaused', ({ requestId, resourceType, request }) => {
    const answer = skipped.has(resourceType)
      ? cdp.send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' })
      : cdp.send('Fetch.continueRequest', {
          requestId,
          ...(headers !== undefined && { headers: withOwn(request, task) }),
        });
    // The page may be gone by then.
    answer.catch(() => undefined);
  });
  answerProxy(cdp, password);
  // Documents are stopped for the proxy's question alone: Chromium remembers the answer for all that a context asks for after its first.
  const types =
    headers === undefined
      ? ['Document' as const, ...UNREAD_TYPES.filter((type) => skipped.has(type))]
      : [undefined];
  const patterns = types.map((resourceType) => ({ urlPattern: '*', ...(resourceType && { resourceType }) }));
  await cdp.send('Fetch.enable', { handleAuthRequests: true, patterns });
}

/** Gives the password to the proxy, once a request: whoever asks twice does not want it. Sites are given none. */
function answerProxy(cdp: CDPSession, password: Interception['password']): void {
  const answered = new Set<string>();
  cdp.on('Fetch.authRequired', ({ requestId, authChallenge }) => {
    const isProxy = authChallenge.source === 'Proxy';
    const response = !isProxy ? 'Default' : answered.has(requestId) ? 'CancelAuth' : 'ProvideCredentials';
    answered.add(requestId);
    const authChallengeResponse = { response, ...(response === 'ProvideCredentials' && password) } as const;
    cdp.send('Fetch.continueWithAuth', { requestId, authChallengeResponse }).catch(() => undefined);
  });
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
  const url = parseUrl(request.url);
  if (!url || !isSameHost(url, task)) return others;
  return [...others.filter(({ name }) => !own.has(name.toLowerCase())), ...own.values()];
}
