import { expect, test } from 'vitest';
import { PAGE_OF_HTML } from '../../../test/scrape/page-of-html.ts';
import { extractPage } from './extract-page.ts';

test('pictures have the address that a reader sees, and stand once', () => {
  const text =
    '<img src="data:image/gif;base64,x" data-srcset="/a.png 1x, /b.png 2x" alt=late><noscript><img src=/b.png></noscript><img src="">';
  expect(extractPage({ ...PAGE_OF_HTML, text }).data).toMatchObject({
    images: [{ url: 'https://site.test/b.png', alt: 'late' }],
  });
});
