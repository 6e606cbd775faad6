import { type Capabilities, normaliseMap } from '@watt/shared';
import { describe, expect, test } from 'vitest';
import { checkRequest } from './check-request.ts';

const node = (map?: boolean): Capabilities => ({
  scrape: { slots: 1, javascript: false, screenshots: false, ...(map !== undefined && { map }) },
  execute: null,
});
const check = (request: object, capabilities = node(true)) =>
  checkRequest({ service: 'scrape' }, JSON.stringify(request), capabilities);

describe('a map', () => {
  const request = normaliseMap({ url: 'https://example.com/', include_subdomains: true });

  test('is taken as it was normalised', () => {
    expect(check(request)).toEqual({ service: 'scrape', request });
  });

  test.each([
    ['options of another kind', { ...request, options: { ...request.options, javascript: true } }],
    ['another format', { ...request, output_format: 'html' }],
    ['a member more', { ...request, selectors: { a: 'b' } }],
  ])('with %s is not in normal form', (_, body) => {
    expect(check(body)).toMatchObject({ refuse: 'invalid', message: 'the request is not in normal form' });
  });

  test.each([[{ limit: 0 }], [{ limit: 5001 }], [{ limit: 1, depth: 2 }], [null], ['all']])(
    'that asks for %j is refused',
    (map) => {
      expect(check({ ...request, map })).toMatchObject({ refuse: 'invalid' });
    },
  );

  test('is refused by a node that did not offer it', () => {
    expect(check(request, node())).toMatchObject({ refuse: 'unsupported' });
  });
});
