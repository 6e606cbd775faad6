const LOCATION = /<loc>\s*(?:<!\[CDATA\[)?\s*([^<\]]*)/gi;
const ENTITY = /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(amp|lt|gt|quot|apos));/gi;
const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const ROBOTS_LINE = /^[ \t]*sitemap[ \t]*:[ \t]*(\S+)/gim;
const LAST_CODE_POINT = 0x10ffff;

/** Addresses in a sitemap; those of an index are sitemaps again. Source: sitemaps.org, protocol 0.9. */
export interface Sitemap {
  isIndex: boolean;
  /** As they are written: nobody has looked at them yet. */
  urls: string[];
}

/** Reads the XML form, and the one that is a list of lines. At most `max` addresses. */
export function readSitemap(text: string, max: number): Sitemap {
  if (!text.includes('<')) {
    const lines = text.split(/\r?\n/, max + 1).map((line) => line.trim());
    return { isIndex: false, urls: lines.filter((line) => /^https?:\/\//i.test(line)).slice(0, max) };
  }
  const urls: string[] = [];
  for (const [, location = ''] of text.matchAll(LOCATION)) {
    if (urls.length >= max) break;
    urls.push(decodeEntities(location.trim()));
  }
  return { isIndex: /<sitemapindex[\s>]/i.test(text), urls };
}

/** The sitemaps that a robots.txt names. Source: RFC 9309, section 2.2.4, and sitemaps.org. */
export function sitemapsOfRobots(text: string, max: number): string[] {
  return [...text.matchAll(ROBOTS_LINE)].slice(0, max).map(([, url = '']) => url);
}

function decodeEntities(text: string): string {
  return text.replace(ENTITY, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return NAMED[name.toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return code <= LAST_CODE_POINT ? String.fromCodePoint(code) : whole;
  });
}
