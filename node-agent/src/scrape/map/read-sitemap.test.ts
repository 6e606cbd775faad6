import { describe, expect, test } from 'vitest';
import { readSitemap, sitemapsOfRobots } from './read-sitemap.ts';

describe('readSitemap', () => {
  test.each([
    [
      '<urlset><url><loc>http://a/</loc><image:loc>http://i/</image:loc></url></urlset>',
      false,
      ['http://a/'],
    ],
    [
      '<sitemapindex xmlns="x"><sitemap><loc>\n http://a/s.xml \n</loc></sitemap></sitemapindex>',
      true,
      ['http://a/s.xml'],
    ],
    ['<urlset><loc><![CDATA[http://a/?x&y]]></loc></urlset>', false, ['http://a/?x&y']],
    [
      '<urlset><loc>http://a/?x&amp;y=&#x41;&#66;&#9999999;</loc></urlset>',
      false,
      ['http://a/?x&y=AB&#9999999;'],
    ],
    ['http://a/\r\nftp://b/\n\nhttps://c/', false, ['http://a/', 'https://c/']],
    ['<html>no sitemap</html>', false, []],
    ['', false, []],
  ])('reads %j', (text, isIndex, urls) => {
    expect(readSitemap(text, 10)).toEqual({ isIndex, urls });
  });

  test('reads no more than it may', () => {
    expect(readSitemap('<loc>http://a/</loc>'.repeat(9), 3).urls).toHaveLength(3);
    expect(readSitemap('http://a/\n'.repeat(9), 3).urls).toHaveLength(3);
  });
});

test('sitemapsOfRobots finds the lines, in any case', () => {
  const text =
    'User-agent: *\nDisallow: /sitemap: x\nSITEMAP: http://a/1.xml\n  sitemap:http://a/2.xml # more';
  expect(sitemapsOfRobots(text, 9)).toEqual(['http://a/1.xml', 'http://a/2.xml']);
});
