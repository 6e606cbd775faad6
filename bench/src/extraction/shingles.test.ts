import { expect, test } from 'vitest';
import { f1, matchTexts } from './shingles.ts';

test.each([
  ['a b c d e', 'a b c d e', 1, 1],
  ['a b c d e', 'A, b? c d e', 0.5, 0.5],
  ['a b c d', 'a b c d x y', 1 / 3, 1],
  ['a b c d e f', 'a b c d', 1, 1 / 3],
  ['one two', 'one two', 1, 1],
  ['one two', '', 0, 0],
  ['été à 日本 テスト', 'été — à 日本 / テスト', 1, 1],
])('%s / %s', (truth, found, precision, recall) => {
  expect(matchTexts(truth, found)).toEqual({ precision, recall });
});

test('f1', () => {
  expect(f1({ precision: 0.5, recall: 1 })).toBeCloseTo(2 / 3);
  expect(f1({ precision: 0, recall: 0 })).toBe(0);
});
