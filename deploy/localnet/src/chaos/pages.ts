import type { SeededRandom } from './seeded-random.ts';

/** Few, so that many ask for the same. */
const PAGES = 5;
const MAX_AGE_SECONDS = 600;

export function pageUrl(index: number): string {
  return `https://example.com/${index}`;
}

/** The body of a scrape that a copy may serve. */
export function sharedPage(random: SeededRandom) {
  const url = pageUrl(random.between(1, PAGES));
  return { url, output_format: 'text', options: { max_age: MAX_AGE_SECONDS } } as const;
}

/** The body of a batch: some let their pages come from copies. */
export function pagesOfBatch(random: SeededRandom) {
  const urls = Array.from({ length: random.between(2, PAGES) }, (_, index) => pageUrl(index + 1));
  const options = random.chance(0.5) ? { max_age: MAX_AGE_SECONDS } : {};
  return { urls, output_format: 'text', options } as const;
}
