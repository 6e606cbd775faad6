import type { ScrapeTask } from '../scrape-task.ts';
import type { BrowserHeaders } from './browser-headers.ts';

const MAX_ORIGINS = 1_000;

export type HttpVersion = '1' | '2';

/** What each origin spoke last, so that the next request to it has the letters of its HTTP version. */
export interface KnownProtocols {
  note(origin: string, alpn: string): void;
  versionOf(url: URL): HttpVersion;
}

export function createKnownProtocols(): KnownProtocols {
  const known = new Map<string, string>();
  return {
    note(origin, alpn) {
      known.delete(origin);
      known.set(origin, alpn);
      const [oldest] = known.keys();
      if (known.size > MAX_ORIGINS && oldest !== undefined) known.delete(oldest);
    },
    versionOf: ({ protocol, origin }) =>
      protocol === 'https:' && (known.get(origin) ?? 'h2') === 'h2' ? '2' : '1',
  };
}

export interface RequestHeadersOptions {
  task: ScrapeTask;
  url: URL;
  cookie: string;
  browserHeaders: BrowserHeaders;
  httpVersion: HttpVersion;
}

/** A browser's headers with what the agent asked for. What an agent gave goes to the host that it named and to no other. */
export function requestHeaders(options: RequestHeadersOptions): Record<string, string> {
  const { task, url, cookie, browserHeaders, httpVersion } = options;
  const {
    device = 'desktop',
    language,
    user_agent,
    headers,
    if_none_match,
    if_modified_since,
  } = task.options;
  const usual = browserHeaders({ device, language, httpVersion });
  const own = isSameHost(url, task)
    ? {
        ...headers,
        ...(if_none_match !== undefined && { 'if-none-match': if_none_match }),
        ...(if_modified_since !== undefined && { 'if-modified-since': if_modified_since }),
      }
    : {};
  const wanted: Record<string, string> = {
    ...(user_agent !== undefined && { 'user-agent': user_agent }),
    ...own,
    ...(cookie !== '' && { cookie }),
  };
  return overlay(usual, wanted);
}

/** Whether the URL leads to the host that the agent named, by the same scheme or a better one. */
export function isSameHost(url: URL, task: ScrapeTask): boolean {
  const named = new URL(task.url);
  if (url.hostname !== named.hostname) return false;
  return url.protocol === named.protocol ? url.port === named.port : url.protocol === 'https:';
}

/** Later values replace earlier ones of the same name, whatever its letters, in the earlier place. A name of our making is no hint of a browser. */
function overlay(base: Record<string, string>, over: Record<string, string>): Record<string, string> {
  const byName = new Map(Object.entries(over).map(([name, value]) => [name.toLowerCase(), value]));
  const merged: [string, string][] = [];
  const saysOther = byName.has('user-agent');
  for (const [name, value] of Object.entries(base)) {
    const lower = name.toLowerCase();
    // The hints name the browser that another user agent denies.
    if (saysOther && lower.startsWith('sec-ch-')) continue;
    merged.push([name, byName.get(lower) ?? value]);
    byName.delete(lower);
  }
  return Object.fromEntries([...merged, ...byName]);
}
