import { expect, test } from 'vitest';
import { extractPage } from './extract-page.ts';

const input = {
  url: 'https://site.test/dir/page',
  kind: 'html',
  format: 'json',
  maxElements: 1000,
  maxCharacters: 1_000_000,
} as const;

test('a page that has nothing but a version for readers without scripts is that version', () => {
  const version = `<p>${'The whole thread. '.repeat(60)}</p>`;
  const shell = `<body><div>Loading</div><noscript>${version}</noscript>`;
  expect(extractPage({ ...input, text: shell, format: 'text' }).data).toMatchObject({
    text: expect.stringContaining('The whole thread.'),
  });
  const rendered = `${shell}<main>${version}${version}</main>`;
  const { text } = extractPage({ ...input, text: rendered, format: 'text' }).data as { text: string };
  expect(text.match(/The whole thread/g)).toHaveLength(120);
});
