const URL_ATTRIBUTES = new Set([
  'href',
  'src',
  'action',
  'formaction',
  'poster',
  'cite',
  'data-src',
  'data-href',
]);

export function isUrlAttribute(name: string): boolean {
  return URL_ATTRIBUTES.has(name);
}

/** Null for what is no address on the web: scripts, data, mail, and addresses that cannot be read. */
export function absoluteUrl(address: string | undefined, base: string): string | null {
  if (address === undefined) return null;
  try {
    const { protocol, href } = new URL(address, base);
    return protocol === 'http:' || protocol === 'https:' ? href : null;
  } catch {
    // Node 20 can only tell by trying, or by parsing twice.
    return null;
  }
}
