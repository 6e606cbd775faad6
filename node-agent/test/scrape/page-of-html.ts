/** What is asked of a page in HTML, where a test says no more than its text. */
export const PAGE_OF_HTML = {
  url: 'https://site.test/dir/page',
  kind: 'html',
  format: 'json',
  maxElements: 1000,
  maxCharacters: 1_000_000,
} as const;
