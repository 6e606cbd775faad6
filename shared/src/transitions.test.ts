import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assertCanMove, canMove, statesBefore, type TransitionTable } from './transitions.ts';

type Light = 'red' | 'green' | 'amber' | 'off';
const LIGHTS: readonly Light[] = ['red', 'green', 'amber', 'off'];
const table: TransitionTable<Light> = { red: ['green', 'off'], green: ['amber'], amber: ['red'], off: [] };

test.each(LIGHTS.flatMap((from) => LIGHTS.map((to) => [from, to] as const)))('%s to %s', (from, to) => {
  const allowed = ['red green', 'red off', 'green amber', 'amber red'].includes(`${from} ${to}`);
  expect(canMove(table, from, to)).toBe(allowed);
  if (allowed) expect(() => assertCanMove(table, { from, to })).not.toThrow();
  else expect(() => assertCanMove(table, { from, to })).toThrow(`No transition from ${from} to ${to}`);
});

test('in any table, the states before are those that can move', () => {
  const followers = fc.uniqueArray(fc.constantFrom(...LIGHTS));
  const tables = fc.record({ red: followers, green: followers, amber: followers, off: followers });
  fc.assert(
    fc.property(tables, fc.constantFrom(...LIGHTS), (any, to) => {
      expect(statesBefore(any, to)).toEqual(LIGHTS.filter((from) => canMove(any, from, to)));
    }),
  );
});
