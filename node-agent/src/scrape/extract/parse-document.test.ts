import { expect, test } from 'vitest';
import { extractPage } from './extract-page.ts';

const input = {
  url: 'https://site.test/dir/page',
  kind: 'html',
  format: 'json',
  maxElements: 1000,
  maxCharacters: 1_000_000,
} as const;

test('what looks like a CDATA section hides no more than a comment', () => {
  const text =
    '<body><![CDATA[ x><p>one</p><script>//<![CDATA[\nlet a;\n//]]></script><p>two</p><svg><![CDATA[ z ]]></svg>three';
  expect(extractPage({ ...input, text, format: 'text' }).data).toMatchObject({ text: 'one\n\ntwo\n\nthree' });
});
