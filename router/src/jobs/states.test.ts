import { canMove, statesBefore } from '@watt/shared';
import { describe, expect, it } from 'vitest';
import { NODE_TRANSITIONS } from '../nodes/states.ts';
import { ATTEMPT_TRANSITIONS, JOB_TRANSITIONS } from './states.ts';

const states = <T extends object>(table: T) => Object.keys(table) as (keyof T & string)[];

describe('the life of a job', () => {
  const moves = [
    'awaiting_payment → queued',
    'awaiting_payment → expired',
    'queued → running',
    'queued → succeeded',
    'queued → failed',
    'running → succeeded',
    'running → failed',
    'running → queued',
  ];

  it.each(
    states(JOB_TRANSITIONS).flatMap((from) => states(JOB_TRANSITIONS).map((to) => [from, to] as const)),
  )('%s → %s', (from, to) => {
    expect(canMove(JOB_TRANSITIONS, from, to)).toBe(moves.includes(`${from} → ${to}`));
  });

  it('is never charged without a run or a copy, and has neither without payment', () => {
    expect(statesBefore(JOB_TRANSITIONS, 'succeeded')).toEqual(['queued', 'running']);
    expect(statesBefore(JOB_TRANSITIONS, 'running')).toEqual(['queued']);
    expect(statesBefore(JOB_TRANSITIONS, 'expired')).toEqual(['awaiting_payment']);
  });
});

it('an attempt ends once', () => {
  const ends = states(ATTEMPT_TRANSITIONS).filter((state) => state !== 'leased');
  expect(ATTEMPT_TRANSITIONS.leased).toEqual(ends);
  for (const end of ends) expect(ATTEMPT_TRANSITIONS[end]).toEqual([]);
});

it('a node drains only while it is connected', () => {
  expect(canMove(NODE_TRANSITIONS, 'offline', 'draining')).toBe(false);
  expect(statesBefore(NODE_TRANSITIONS, 'online').sort()).toEqual(['draining', 'offline']);
});
