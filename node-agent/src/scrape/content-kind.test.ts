import { expect, test } from 'vitest';
import { charsetLabel, contentKind, sniffKind } from './content-kind.ts';

test.each([
  ['text/html', 'html'],
  ['TEXT/HTML; charset=utf-8', 'html'],
  ['application/xhtml+xml', 'html'],
  ['application/json', 'json'],
  ['application/ld+json', 'json'],
  ['application/rss+xml', 'xml'],
  ['text/xml', 'xml'],
  ['text/plain', 'text'],
  ['text/markdown', 'text'],
  ['application/javascript', 'text'],
  ['image/png', null],
  ['application/pdf', 'pdf'],
  ['application/octet-stream', null],
  ['', null],
])('%s is read as %s', (type, kind) => {
  expect(contentKind(type)).toBe(kind);
});

test.each([
  ['<!doctype html>', 'html'],
  ['  <?xml version="1.0"?><rss/>', 'xml'],
  ['just words', 'text'],
  ['', 'text'],
  ['GIF89a\0\0', null],
  ['\xff\xfeh\0i\0', 'text'],
])('%j looks like %s', (bytes, kind) => {
  expect(sniffKind(Buffer.from(bytes, 'latin1'))).toBe(kind);
});

test.each([
  ['text/html; charset=utf-8', 'utf-8'],
  ['text/html;charset="Shift_JIS"', 'Shift_JIS'],
  ['text/html; boundary=x; CHARSET = koi8-r ; y=z', 'koi8-r'],
  ['text/html', undefined],
])('the charset of %s is %s', (type, label) => {
  expect(charsetLabel(type)).toBe(label);
});
