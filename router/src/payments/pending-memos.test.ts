import { expect, it } from 'vitest';
import { createPendingMemos } from './pending-memos.ts';

it('knows a memo for a while, in any case, until it is removed', () => {
  let now = 0;
  const pending = createPendingMemos(() => now);
  pending.add(' 0F8FAD5B-D9CB-469F-A165-70867728950E ');
  pending.add('w1:CaseMatters');
  expect(pending.has('0f8fad5b-d9cb-469f-a165-70867728950e')).toBe(true);
  expect(pending.has('w1:CaseMatters')).toBe(true);
  expect(pending.has('w1:casematters')).toBe(false);
  pending.remove('0F8FAD5B-d9cb-469f-a165-70867728950e');
  expect(pending.has('0f8fad5b-d9cb-469f-a165-70867728950e')).toBe(false);
  now = 89_999;
  expect(pending.has('w1:CaseMatters')).toBe(true);
  now = 90_000;
  expect(pending.has('w1:CaseMatters')).toBe(false);
});

it('begins the while again when the memo is seen again', () => {
  let now = 0;
  const pending = createPendingMemos(() => now);
  pending.add('again');
  pending.add('other');
  now = 60_000;
  pending.add('again');
  now = 120_000;
  pending.add('third');
  expect(pending.has('again')).toBe(true);
  expect(pending.has('other')).toBe(false);
});

it('forgets the oldest when there are too many', () => {
  const pending = createPendingMemos(() => 0);
  for (let i = 0; i < 10_000; i += 1) pending.add(`memo ${i}`);
  pending.add('memo 0');
  pending.add('memo 10000');
  expect(pending.has('memo 0')).toBe(true);
  expect(pending.has('memo 1')).toBe(false);
  expect(pending.has('memo 2')).toBe(true);
  expect(pending.has('memo 10000')).toBe(true);
});
