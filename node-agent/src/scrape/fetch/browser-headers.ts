import { HeaderGenerator } from 'header-generator';

export interface HeaderWishes {
  device: 'desktop' | 'mobile';
  /** As in Accept-Language; a browser's usual when left out. */
  language: string | undefined;
  httpVersion: '1' | '2';
}

export type BrowserHeaders = (wishes: HeaderWishes) => Record<string, string>;

const LANGUAGE = 'en-US,en;q=0.9';
/** What this program can read, asked for by its own name. */
const ACCEPT =
  'text/html,application/xhtml+xml,application/xml;q=0.9,application/json;q=0.8,application/pdf;q=0.8,text/*;q=0.8,*/*;q=0.5';
const ACCEPT_ENCODING = 'gzip, deflate, br, zstd';
/** The client writes its own, and HTTP/2 has none. */
const DROPPED = /^(?:connection|host|priority|dnt|sec-gpc|x-.*|te|cookie)$/i;

/** Headers that a Chrome of today sends, in its order and in the letters of the HTTP version. */
export function createBrowserHeaders(): BrowserHeaders {
  const generator = new HeaderGenerator();
  return ({ device, language = LANGUAGE, httpVersion }) => {
    const generated = generator.getHeaders({
      browsers: ['chrome'],
      devices: [device],
      operatingSystems: device === 'mobile' ? ['android'] : ['linux', 'windows'],
      httpVersion,
    });
    return Object.fromEntries(
      Object.entries(generated)
        .filter(([name]) => !DROPPED.test(name))
        .map(([name, value]) => [name, ours(name.toLowerCase(), language) ?? value]),
    );
  };
}

/** A page that is asked for by its address comes from no other site. */
function ours(name: string, language: string): string | undefined {
  if (name === 'accept') return ACCEPT;
  if (name === 'accept-encoding') return ACCEPT_ENCODING;
  if (name === 'accept-language') return language;
  return name === 'sec-fetch-site' ? 'none' : undefined;
}
