import { describe, expect, test } from 'vitest';
import { parseGrant } from './parse-grant.ts';

const wallet = '11111111111111111111111111111112';

describe('parseGrant', () => {
  test.each([
    ['the usual amounts', { wallet }, 10_000_000_000n, 1_000_000_000n],
    ['numbers', { wallet, watt: 0.3, sol: 0 }, 300_000n, 0n],
    ['strings', { wallet, watt: '1000000', sol: '0.000000001' }, 1_000_000_000_000n, 1n],
    ['nothing of both', { wallet, watt: 0, sol: 0 }, 0n, 0n],
  ])('takes %s', (_, body, watt, lamports) => {
    expect(parseGrant(body)).toEqual({ grant: { wallet, watt, lamports } });
  });

  test.each([
    ['no object', 'text', 'JSON object'],
    ['a list', [], 'JSON object'],
    ['no wallet', {}, 'wallet'],
    ['a wallet that is no key', { wallet: 'me' }, 'wallet'],
    ['too much WATT', { wallet, watt: 1_000_001 }, 'watt'],
    ['negative WATT', { wallet, watt: -1 }, 'watt'],
    ['seven decimals', { wallet, watt: '0.0000001' }, 'watt'],
    ['too much SOL', { wallet, sol: 101 }, 'sol'],
    ['a misspelt field', { wallet, wat: 1 }, '"wat"'],
  ])('refuses %s', (_, body, part) => {
    expect(parseGrant(body)).toEqual({ fault: expect.stringContaining(part) });
  });
});
