import { expect, it } from 'vitest';
import { isShareable } from './is-shareable.ts';

it.each([
  [{ status: 200 }, true],
  [{ status: 204, warnings: [] }, true],
  [{ status: 200, cache_control: 'no-cache, max-age=0' }, true],
  [{ status: 200, cache_control: '' }, true],
  [{ status: 200, cache_control: 'public; x="no-store"' }, true],
  [{}, false],
  [{ status: '200' }, false],
  [{ status: 199 }, false],
  [{ status: 304 }, false],
  [{ status: 404 }, false],
  [{ status: 200, warnings: ['no main content stands out'] }, false],
  [{ status: 200, warnings: 'none' }, false],
  [{ status: 200, cache_control: 'no-store' }, false],
  [{ status: 200, cache_control: 'max-age=9 , PRIVATE' }, false],
  [{ status: 200, cache_control: 'private="a, b"' }, false],
  [{ status: 200, cache_control: ['no-store'] }, false],
])('%j: %s', (metadata, isGood) => {
  expect(isShareable(metadata)).toBe(isGood);
});
