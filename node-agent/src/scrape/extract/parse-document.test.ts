import { expect, test } from 'vitest';
import { PAGE_OF_HTML } from '../../../test/scrape/page-of-html.ts';
import { extractPage } from './extract-page.ts';

test('what looks like a CDATA section hides no more than a comment', () => {
  const text =
    '<body><![CDATA[ x><p>one</p><script>//<![CDATA[\nlet a;\n//]]></script><p>two</p><svg><![CDATA[ z ]]></svg>three';
  expect(extractPage({ ...PAGE_OF_HTML, text, format: 'text' }).data).toMatchObject({
    text: 'one\n\ntwo\n\nthree',
  });
});
