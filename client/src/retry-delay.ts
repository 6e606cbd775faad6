const FIRST_MS = 500;
const LAST_MS = 8_000;

/** Exponential back-off with full jitter: anywhere between nothing and 0.5 s · 2ⁿ, at most 8 s. */
export function backoffMs(attempt: number, random: number): number {
  return Math.round(random * Math.min(LAST_MS, FIRST_MS * 2 ** attempt));
}

/** Reads Retry-After: seconds or an HTTP date. Null when there is none that can be read. Source: RFC 9110, section 10.2.3. */
export function retryAfterMs(header: string | null, unixNow: number): number | null {
  if (header === null) return null;
  if (/^\s*\d{1,9}(\.\d+)?\s*$/.test(header)) return Math.round(Number(header) * 1_000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - unixNow);
}
