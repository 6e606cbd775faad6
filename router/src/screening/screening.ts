/** The way into screening: what is refused before money moves. */
export { createRateLimits, type RateLimits } from './rate-limits.ts';
export { type ScreeningRules, screenUrl } from './screen-url.ts';
