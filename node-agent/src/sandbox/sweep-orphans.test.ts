import { expect, test } from 'vitest';
import { isOrphan } from './sweep-orphans.ts';

const NOW = 1_000_000;
const container = {
  id: 'c',
  running: true,
  created: false,
  createdAtMs: NOW,
  labels: { 'watt.deadline': `${NOW + 1}` },
};

test.each([
  ['runs before its deadline', {}, false],
  ['runs after its deadline', { labels: { 'watt.deadline': `${NOW - 1}` } }, true],
  ['has no deadline', { labels: {} }, true],
  ['has exited', { running: false }, true],
  ['was just created', { running: false, created: true }, false],
  [
    'was created long ago and never started',
    { running: false, created: true, createdAtMs: NOW - 61_000 },
    true,
  ],
])('a container that %s', (_name, change, expected) => {
  expect(isOrphan({ ...container, ...(change as object) }, NOW)).toBe(expected);
});
