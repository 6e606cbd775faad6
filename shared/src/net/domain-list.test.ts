import { expect, test } from 'vitest';
import { type DomainList, refuseDomain } from './domain-list.ts';
import { parseDomainPatterns } from './domain-pattern.ts';
import { isLocalName } from './local-name.ts';

const list = (by: DomainList['by'], blocked: string, allowed = ''): DomainList => ({
  by,
  blocked: parseDomainPatterns(blocked),
  allowed: parseDomainPatterns(allowed),
});

test('the refusal names the rule, its entry and its owner', () => {
  const lists = [list('router', '*.gov'), list('operator', 'bad.test', '*.test')];
  expect(refuseDomain('www.nasa.gov', lists)).toEqual({
    rule: 'blocked-domain',
    by: 'router',
    pattern: '*.gov',
  });
  expect(refuseDomain('BAD.test.', lists)).toEqual({
    rule: 'blocked-domain',
    by: 'operator',
    pattern: 'bad.test',
  });
  expect(refuseDomain('good.example', lists)).toEqual({ rule: 'not-allowed-domain', by: 'operator' });
  expect(refuseDomain('good.test', lists)).toBeNull();
  expect(refuseDomain('good.example', [])).toBeNull();
});

test('every list must allow, and a block beats an allowance', () => {
  const lists = [list('router', '', '*.a.test *.b.test'), list('operator', 'x.a.test', '*.a.test')];
  expect(refuseDomain('a.test', lists)).toBeNull();
  expect(refuseDomain('b.test', lists)).toMatchObject({ by: 'operator' });
  expect(refuseDomain('c.test', lists)).toMatchObject({ by: 'router' });
  expect(refuseDomain('x.a.test', lists)).toMatchObject({ rule: 'blocked-domain' });
});

test.each([
  ...['localhost', 'printer', 'nas.local', 'router.lan', 'a.home.arpa', 'x.service.arpa', 'foo.localhost'],
  ...['metadata.google.internal', 'a.onion', '1.0.0.127.in-addr.arpa', 'wpad', 'x.alt', 'a.corp'],
])('%s is a local name', (host) => {
  expect(isLocalName(host)).toBe(true);
});

test.each(['example.com', 'local.example.com', 'mylocal.net', 'internal.co', '::1', '1.2.3.4', 'lan.de'])(
  '%s is none',
  (host) => {
    expect(isLocalName(host)).toBe(false);
  },
);
