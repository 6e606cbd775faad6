import { parseUrl, type SiteMapWish } from '@watt/shared';

/** All addresses together have to fit one frame to the router. */
const MAX_CHARACTERS = 3 * 1024 * 1024;

/** The addresses of one site, each once, in the order that they were found. */
export interface SiteAddresses {
  readonly urls: readonly string[];
  /** Whether one was left out because there are too many. */
  readonly isFull: boolean;
  add(url: string): void;
}

/** Keeps what belongs to the site of `page`, by its host with or without `www.`, and fits the wish. */
export function createSiteAddresses(page: URL, wish: SiteMapWish): SiteAddresses {
  const home = bareHost(page.hostname);
  const search = wish.search?.toLowerCase();
  const seen = new Set<string>();
  let characters = 0;
  let isFull = false;

  const belongs = (host: string): boolean =>
    host === home || (wish.include_subdomains === true && host.endsWith(`.${home}`));

  return {
    get urls() {
      return [...seen];
    },
    get isFull() {
      return isFull;
    },
    add(text) {
      const url = isFull ? null : parseUrl(text);
      if (!url) return;
      url.hash = '';
      const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
      if (!isWeb || !belongs(bareHost(url.hostname)) || seen.has(url.href)) return;
      if (search !== undefined && !url.href.toLowerCase().includes(search)) return;
      if (seen.size >= wish.limit || characters + url.href.length > MAX_CHARACTERS) {
        isFull = true;
        return;
      }
      characters += url.href.length;
      seen.add(url.href);
    },
  };
}

function bareHost(host: string): string {
  return host.replace(/^www\./, '');
}
