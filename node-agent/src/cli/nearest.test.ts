import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';

test.each([
  ['statsu', 'status'],
  ['hoome', 'home'],
  ['walet', 'wallet'],
  ['x', null],
  ['completely-other', null],
])('%s is near to %s', (word, expected) => {
  expect(nearest(word, ['home', 'status', 'wallet', 'wallet-key'])).toBe(expected);
});
