import { expect, test } from 'vitest';
import { isSameAddress, parseRouterAddress } from './router-address.ts';

const path = '/api/v1/nodes/connect';

test.each([
  ['https://router.example', 'https://router.example', `wss://router.example${path}`],
  ['https://router.example/', 'https://router.example', `wss://router.example${path}`],
  [
    'wss://router.example:444/api/v1/nodes/connect',
    'https://router.example:444',
    `wss://router.example:444${path}`,
  ],
  ['router.example', 'https://router.example', `wss://router.example${path}`],
  ['https://example.org/watt/', 'https://example.org/watt', `wss://example.org/watt${path}`],
  ['http://127.0.0.1:3000', 'http://127.0.0.1:3000', `ws://127.0.0.1:3000${path}`],
  ['localhost:3000', 'http://localhost:3000', `ws://localhost:3000${path}`],
  ['http://[::1]:3000', 'http://[::1]:3000', `ws://[::1]:3000${path}`],
])('%s', (text, http, ws) => {
  expect(parseRouterAddress(text, { insecure: false })).toEqual({ http, ws });
});

test.each([
  ['http://router.example', 'not encrypted'],
  ['http://127.evil.example', 'not encrypted'],
  ['ftp://router.example', 'not a router’s address'],
  ['https://user:word@router.example', 'not a router’s address'],
  ['', 'not a router’s address'],
])('%s is refused', (text, message) => {
  expect(() => parseRouterAddress(text, { insecure: false })).toThrow(message);
});

test('plain text over a network is possible where it is asked for', () => {
  expect(parseRouterAddress('http://router.lan:3000', { insecure: true }).http).toBe(
    'http://router.lan:3000',
  );
});

test.each([
  [`wss://router.example${path}`, `wss://router.example:443${path}/`, true],
  [`ws://127.0.0.1:3000${path}`, `ws://localhost:3000${path}`, true],
  [`ws://127.0.0.1:3000${path}`, `ws://localhost:3001${path}`, false],
  [`wss://router.example${path}`, `ws://router.example${path}`, false],
  [`wss://router.example${path}`, `wss://other.example${path}`, false],
  ['no address', 'no address', false],
])('%s and %s: %s', (one, other, expected) => {
  expect(isSameAddress(one, other)).toBe(expected);
});
