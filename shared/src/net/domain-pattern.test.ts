import { expect, test } from 'vitest';
import { isAllowedTarget, parseAllowedTargets } from './allowed-target.ts';
import { matchesDomain, parseDomainPattern, parseDomainPatterns } from './domain-pattern.ts';
import { normaliseHost } from './host-name.ts';

const PATTERNS = parseDomainPatterns('localhost,127.0.0.1 *.gov, *.Example.com., bad.test,*.бел,::1,*.co.uk');

test.each([
  ['localhost', 'localhost'],
  ['LOCALHOST.', 'localhost'],
  ['127.0.0.1', '127.0.0.1'],
  ['0x7f.1', '127.0.0.1'],
  ['2130706433', '127.0.0.1'],
  ['a.gov', '*.gov'],
  ['a.b.GOV', '*.gov'],
  ['a.gov.', '*.gov'],
  ['gov', '*.gov'],
  ['example.com', '*.Example.com.'],
  ['x.EXAMPLE.com..', '*.Example.com.'],
  ['bad.test', 'bad.test'],
  ['мама.бел', '*.бел'],
  ['xn--80a.xn--90ais', '*.бел'],
  ['[::1]', '::1'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['ｂａｄ.test', 'bad.test'],
])('%s is covered by %s', (host, text) => {
  expect(matchesDomain(host, PATTERNS)?.text).toBe(text);
});

test.each([
  'agov',
  'a.gov.uk',
  'notexample.com',
  'example.com.evil.test',
  'sub.bad.test',
  '127.0.0.2',
  'localhost.test',
  'uk',
  '',
])('"%s" is covered by nothing', (host) => {
  expect(matchesDomain(host, PATTERNS)).toBeNull();
});

test('* covers every host', () => {
  expect(matchesDomain('anything.test', [parseDomainPattern('*')])?.text).toBe('*');
});

test.each([
  '',
  '*.',
  '**',
  'a*.test',
  '*.*.test',
  'http://a.test',
  'a.test/path',
  'user@a.test',
  'a b',
  'a.test:80',
  '%',
])('"%s" is no pattern', (text) => {
  expect(() => parseDomainPattern(text)).toThrow(TypeError);
});

test.each([
  ['Example.COM.', 'example.com'],
  ['[::FFFF:7f00:1]', '::ffff:7f00:1'],
  ['0177.0.0.1', '127.0.0.1'],
  ['127。0。0。1', '127.0.0.1'],
  ['a@b', null],
  ['a/b', null],
  ['a:80', null],
  ['1.2.3.4.5', null],
])('the host %s is %s', (host, normal) => {
  expect(normaliseHost(host)).toBe(normal);
});

test('allowed targets name host and port', () => {
  const targets = parseAllowedTargets('127.0.0.1:8099, [::1]:8099,Demo.test:80');
  expect(targets).toEqual([
    { host: '127.0.0.1', port: 8099 },
    { host: '::1', port: 8099 },
    { host: 'demo.test', port: 80 },
  ]);
  expect(isAllowedTarget('[::1]', 8099, targets)).toBe(true);
  expect(isAllowedTarget('demo.test.', 80, targets)).toBe(true);
  expect(isAllowedTarget('127.0.0.1', 8098, targets)).toBe(false);
  expect(isAllowedTarget('127.0.0.2', 8099, targets)).toBe(false);
  expect(parseAllowedTargets(' ')).toEqual([]);
});

test.each(['127.0.0.1', '127.0.0.1:0', '127.0.0.1:65536', '::1:80', 'http://a:80', ':80', 'a:b'])(
  '"%s" is no allowed target',
  (text) => {
    expect(() => parseAllowedTargets(text)).toThrow(TypeError);
  },
);
