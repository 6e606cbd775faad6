import { expect, test } from 'vitest';
import { type PoolKind, planPool } from './plan-pool.ts';

const kind = (idleMb: number, wanted = 0, isBase = false): PoolKind => ({ idleMb, wanted, isBase });
const BASE: [string, PoolKind][] = [
  ['python', kind(24, 0, true)],
  ['node', kind(56, 0, true)],
  ['bash', kind(16, 0, true)],
];

test.each<[string, [string, PoolKind][], { memoryMb: number; maxEach: number }, Record<string, number>]>([
  ['nothing', BASE, { memoryMb: 10, maxEach: 9 }, {}],
  ['the base as far as it goes', BASE, { memoryMb: 64, maxEach: 9 }, { python: 1, bash: 1 }],
  [
    'one of each base, however much there is',
    BASE,
    { memoryMb: 999, maxEach: 9 },
    { python: 1, node: 1, bash: 1 },
  ],
  [
    'base first, then what is wanted most',
    [...BASE, ['large', kind(24, 2.2)]],
    { memoryMb: 24 + 56 + 16 + 50, maxEach: 9 },
    { python: 1, node: 1, bash: 1, large: 2 },
  ],
  ['parts of one as one', [['a', kind(10, 1.1)]], { memoryMb: 99, maxEach: 9 }, { a: 2 }],
  [
    'in turn between equals',
    [
      ['a', kind(10, 9)],
      ['b', kind(10, 9)],
    ],
    { memoryMb: 45, maxEach: 9 },
    { a: 2, b: 2 },
  ],
  ['no more than the most of each', [['a', kind(1, 50)]], { memoryMb: 99, maxEach: 3 }, { a: 3 }],
  [
    'nothing that would not fit',
    [['a', kind(Number.POSITIVE_INFINITY, 5, true)]],
    { memoryMb: 99, maxEach: 3 },
    {},
  ],
])('keeps %s', (_name, kinds, budget, plan) => {
  expect(Object.fromEntries(planPool(new Map(kinds), budget))).toEqual(plan);
});
