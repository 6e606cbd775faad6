import { expect, test } from 'vitest';
import { extractPage } from './extract-page.ts';

const input = {
  url: 'https://site.test/dir/page',
  kind: 'html',
  format: 'json',
  maxElements: 1000,
  maxCharacters: 1_000_000,
} as const;

test('pictures have the address that a reader sees, and stand once', () => {
  const text =
    '<img src="data:image/gif;base64,x" data-srcset="/a.png 1x, /b.png 2x" alt=late><noscript><img src=/b.png></noscript><img src="">';
  expect(extractPage({ ...input, text }).data).toMatchObject({
    images: [{ url: 'https://site.test/b.png', alt: 'late' }],
  });
});
