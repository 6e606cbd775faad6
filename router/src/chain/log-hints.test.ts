import { expect, it } from 'vitest';
import { websocketUrlOf } from './log-hints.ts';

it.each([
  ['http://127.0.0.1:8899', 'ws://127.0.0.1:8900/'],
  ['https://rpc.example', 'wss://rpc.example/'],
  ['https://rpc.example/key?a=b', 'wss://rpc.example/key?a=b'],
])('%s → %s', (rpc, ws) => {
  expect(websocketUrlOf(rpc)).toBe(ws);
});
