import { expect, test } from 'vitest';
import { describeMachine, formatReport, type Metric, meetsTarget } from './report.ts';

const metric: Metric = {
  name: 'paid job ÷ BullMQ',
  value: 1.2345,
  unit: '×',
  peer: 'BullMQ',
  target: '>= 1.0',
  rounds: [1.1, 1.2345, 2],
};

test.each<[number, string | null, boolean | null]>([
  [1, '>= 1.0', true],
  [0.99, '>= 1.0', false],
  [0.3, '<= 0.3', true],
  [0.31, '<= 0.3', false],
  [7, null, null],
])('%d against %j', (value, target, met) => {
  expect(meetsTarget({ value, target })).toBe(met);
});

test('the table shows the median, every round and what was missed', () => {
  const text = formatReport({
    bench: 'dispatch',
    machine: describeMachine(),
    notes: ['How it was done.'],
    metrics: [metric, { ...metric, name: 'slow', value: 0.5, rounds: [0.5, 1234.5] }],
  });
  expect(text).toMatch(/paid job ÷ BullMQ {3}1\.23 × +1\.10 {2}1\.23 {2}2\.00 +>= 1\.0 ✓/);
  expect(text).toMatch(/slow +0\.500 × +0\.500 {2}1235 +>= 1\.0 ✗ missed/);
  expect(text).toContain('How it was done.');
});
