/** What a site says with these is meant for one reader, or for no store. Source: RFC 9111, section 5.2.2. */
const NOT_FOR_OTHERS = new Set(['no-store', 'private']);

/** Whether the result of a scrape is good enough for others: a page as it should be, that its site lets be shared. */
export function isShareable(metadata: Record<string, unknown>): boolean {
  const { status, warnings, cache_control: cacheControl } = metadata;
  const isGood = typeof status === 'number' && status >= 200 && status < 300;
  // A selector that matched nothing, or a style that did not come, may be of a page that was kept from this node only.
  const isWhole = warnings === undefined || (Array.isArray(warnings) && warnings.length === 0);
  return isGood && isWhole && (cacheControl === undefined || isForOthers(cacheControl));
}

function isForOthers(cacheControl: unknown): boolean {
  if (typeof cacheControl !== 'string') return false;
  const directives = cacheControl.split(',').map((one) => (one.split('=')[0] ?? '').trim().toLowerCase());
  return !directives.some((directive) => NOT_FOR_OTHERS.has(directive));
}
