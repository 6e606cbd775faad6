import { expect, test } from 'vitest';
import { retryAfterMs } from './retry-after.ts';

const NOW = Date.UTC(2026, 0, 1);

test.each([
  [undefined, 0],
  ['3', 3000],
  [' 0 ', 0],
  ['Thu, 01 Jan 2026 00:00:05 GMT', 5000],
  ['Thu, 01 Jan 2020 00:00:00 GMT', 0],
  ['-1', 0],
  ['soon', 0],
  ['99999999999999', 0],
])('%j asks to wait %i ms', (header, ms) => {
  expect(retryAfterMs(header, NOW)).toBe(ms);
});
