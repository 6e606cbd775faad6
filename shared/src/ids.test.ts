import { expect, test } from 'vitest';
import { createAttemptId, createJobId, parseJobId, parseNodeId, parseWallet, publicKeyBytes } from './ids.ts';

test.each([
  ['3f0e7b5c-9a51-4c1e-8d2a-0f6f6f6f6f6f', '3f0e7b5c-9a51-4c1e-8d2a-0f6f6f6f6f6f'],
  ['3F0E7B5C-9A51-4C1E-8D2A-0F6F6F6F6F6F', '3f0e7b5c-9a51-4c1e-8d2a-0f6f6f6f6f6f'],
  ['00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000000'],
  ['3f0e7b5c9a514c1e8d2a0f6f6f6f6f6f', null],
  [' 3f0e7b5c-9a51-4c1e-8d2a-0f6f6f6f6f6f', null],
  ['3f0e7b5c-9a51-4c1e-8d2a-0f6f6f6f6f6f\n', null],
  ['', null],
])('job id %j', (text, parsed) => {
  expect(parseJobId(text)).toBe(parsed);
});

test('made ids are ids', () => {
  expect(parseJobId(createJobId())).not.toBeNull();
  expect(createAttemptId()).not.toBe(createAttemptId());
});

test.each([
  ['TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb', true],
  ['11111111111111111111111111111111', true],
  ['1111111111111111111111111111111', false],
  ['TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuE0', false],
  ['zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz', false],
  ['z'.repeat(1_000), false],
  ['', false],
])('public key %j', (text, isKey) => {
  expect(publicKeyBytes(text) !== null).toBe(isKey);
  expect(parseNodeId(text)).toBe(isKey ? text : null);
  expect(parseWallet(text)).toBe(isKey ? text : null);
});
