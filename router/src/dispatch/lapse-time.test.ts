import { expect, it } from 'vitest';
import { lapseTime } from './lapse-time.ts';

const MINUTE = 60_000;
const END = 30_000;
const session = (more: object) => ({ minutes: 10, readyAt: null, endedAt: null, marking: null, ...more });

it.each([
  ['a job: at its deadline', null, 1_000_000],
  ['a session that is not ready: when its minutes no longer fit', session({}), 1_000_000 - 10 * MINUTE - END],
  [
    'a ready one: after its minutes, with time for the result',
    session({ readyAt: 100 }),
    100 + 10 * MINUTE + END,
  ],
  ['a late one: never after the deadline', session({ readyAt: 900_000 }), 1_000_000],
  ['a closed one: soon', session({ readyAt: 100, endedAt: 5000 }), 5000 + END],
  [
    'one that was closed after its time',
    session({ readyAt: 100, endedAt: 990_000 }),
    100 + 10 * MINUTE + END,
  ],
])('%s', (_, of, expected) => {
  expect(lapseTime({ deadline: 1_000_000, session: of })).toBe(expected);
});
