import { expect, it } from 'vitest';
import { createSeededRandom } from './seeded-random.ts';

const draw = (seed: string, stream: string) => {
  const random = createSeededRandom(seed).stream(stream);
  return Array.from({ length: 50 }, () => random.between(0, 1_000_000));
};

it('repeats with the seed, and differs with seed and stream', () => {
  expect(draw('a', 'x')).toEqual(draw('a', 'x'));
  expect(draw('a', 'x')).not.toEqual(draw('b', 'x'));
  expect(draw('a', 'x')).not.toEqual(draw('a', 'y'));
});

it('reaches both ends and keeps to the probability roughly', () => {
  const random = createSeededRandom('ends');
  const rolls = Array.from({ length: 2000 }, () => random.between(1, 6));
  expect(new Set(rolls)).toEqual(new Set([1, 2, 3, 4, 5, 6]));
  const hits = Array.from({ length: 10_000 }, () => random.chance(0.25)).filter(Boolean).length;
  expect(hits).toBeGreaterThan(2200);
  expect(hits).toBeLessThan(2800);
});
