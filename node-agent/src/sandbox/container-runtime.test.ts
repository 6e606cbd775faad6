import { expect, test } from 'vitest';
import { chooseRuntime, isolationOf } from './container-runtime.ts';

test.each([
  [['runc'], 'runc', 'runc'],
  [['runc', 'runsc'], 'runc', 'runsc'],
  [['runsc', 'kata-runtime', 'runc'], 'runc', 'kata-runtime'],
  [['crun'], 'crun', 'crun'],
])('of %j with default %s, %s', (runtimes, defaultRuntime, expected) => {
  expect(chooseRuntime(runtimes, defaultRuntime)).toBe(expected);
});

test('a runtime that nobody knows counts for the least', () => {
  expect(['kata-runtime', 'runsc', 'runc', 'crun'].map(isolationOf)).toEqual([
    'vm',
    'gvisor',
    'container',
    'container',
  ]);
});
