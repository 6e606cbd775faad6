import { expect, it } from 'vitest';
import { isSpent, timeLeftMs } from './time-left.ts';

const page = { key: 'page', service: 'scrape' as const, javascript: false, screenshots: false };
const program = { key: 'program', service: 'execute' as const, language: 'python' as const };

it.each([
  ['a page that has not begun', { ...page, timeoutMs: 8000 }, undefined, 8000, false],
  ['a page after a quarter', { ...page, timeoutMs: 8000 }, 98_000, 6000, false],
  ['a page at its half', { ...page, timeoutMs: 8000 }, 96_000, 4000, true],
  ['a page whose time is over', { ...page, timeoutMs: 8000 }, 1000, 0, true],
  ['a program, which begins anew', { ...program, memoryMb: 1, timeoutMs: 8000 }, 96_000, 8000, false],
])('%s', (_what, requirement, begunAt, leftMs, spent) => {
  const waiting = {
    requirement: requirement as Parameters<typeof isSpent>[0]['requirement'],
    ...(begunAt !== undefined && { begunAt }),
  };
  expect(timeLeftMs(waiting, 100_000)).toBe(leftMs);
  expect(isSpent(waiting, 100_000)).toBe(spent);
});
