import { expect, test } from 'vitest';
import { PAGE_OF_HTML } from '../../../test/scrape/page-of-html.ts';
import { extractPage } from './extract-page.ts';

test('a page that has nothing but a version for readers without scripts is that version', () => {
  const version = `<p>${'The whole thread. '.repeat(60)}</p>`;
  const shell = `<body><div>Loading</div><noscript>${version}</noscript>`;
  expect(extractPage({ ...PAGE_OF_HTML, text: shell, format: 'text' }).data).toMatchObject({
    text: expect.stringContaining('The whole thread.'),
  });
  const rendered = `${shell}<main>${version}${version}</main>`;
  const { text } = extractPage({ ...PAGE_OF_HTML, text: rendered, format: 'text' }).data as { text: string };
  expect(text.match(/The whole thread/g)).toHaveLength(120);
});
