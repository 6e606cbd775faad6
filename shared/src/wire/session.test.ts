import { expect, test } from 'vitest';
import { createNonce, sessionId } from './session.ts';

test('nonces are fresh', () => {
  expect(createNonce()).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(createNonce()).not.toBe(createNonce());
});

test('a session depends on both nonces and their order', () => {
  const ids = [
    sessionId({ router: 'a', node: 'b' }),
    sessionId({ router: 'b', node: 'a' }),
    sessionId({ router: 'a', node: 'c' }),
  ];
  expect(new Set(ids).size).toBe(3);
  expect(sessionId({ router: 'a', node: 'b' })).toBe(ids[0]);
});
