import { describe, expect, it } from 'vitest';
import { RandomSet } from './random-set.ts';

const never = (): number => {
  throw new Error('there is nothing to draw');
};

describe('RandomSet', () => {
  it('gives all of few members without drawing', () => {
    const set = new RandomSet<string>();
    expect(set.sample(2, never)).toEqual([]);
    for (const item of ['a', 'b', 'a']) set.add(item);
    expect(set.size).toBe(2);
    expect(set.sample(2, never)).toEqual(['a', 'b']);
  });

  it('draws from the first to the last of many', () => {
    const set = new RandomSet<number>();
    for (let i = 0; i < 10; i += 1) set.add(i);
    const draws = [0, 0.5, 0.999_999];
    expect(set.sample(3, () => draws.shift() ?? 0)).toEqual([0, 5, 9]);
  });

  it('keeps every other member whatever is taken out', () => {
    for (let gone = 0; gone < 5; gone += 1) {
      const set = new RandomSet<number>();
      for (let i = 0; i < 5; i += 1) set.add(i);
      set.delete(gone);
      set.delete(gone);
      set.delete(99);
      expect([...set.sample(5, never)].sort()).toEqual([0, 1, 2, 3, 4].filter((i) => i !== gone));
      set.add(gone);
      expect(set.size).toBe(5);
    }
  });
});
