import { createHash } from 'node:crypto';

/** Random choices that a seed repeats. Each part of a run draws from a stream of its own, so that one drawing more does not shift the others. */
export interface SeededRandom {
  /** From 0 to below 1. */
  next(): number;
  /** Whole, from `min` to `max`, both included. */
  between(min: number, max: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** A stream of its own. */
  stream(name: string): SeededRandom;
}

/** SplitMix-like mixing of 32 bits (mulberry32): quick, and good enough to choose what breaks next. */
export function createSeededRandom(seed: string): SeededRandom {
  let state = createHash('sha256').update(seed).digest().readUInt32BE();
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick(items) {
      const item = items[between(0, items.length - 1)];
      if (item === undefined) throw new RangeError('There is nothing to pick from');
      return item;
    },
    stream: (name) => createSeededRandom(`${seed}/${name}`),
  };
}
