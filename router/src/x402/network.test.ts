import { describe, expect, it } from 'vitest';
import { chooseNetwork } from './network.ts';

const MAINNET = '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d';
const DEVNET = 'EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG';
const PRIVATE = '11111111111111111111111111111111';
const MAINNET_ID = 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp';
const DEVNET_ID = 'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1';

describe('chooseNetwork', () => {
  it.each([
    ['mainnet', MAINNET, undefined, { id: MAINNET_ID, isPosing: false }],
    ['mainnet, said', MAINNET, 'mainnet', { id: MAINNET_ID, isPosing: false }],
    ['devnet', DEVNET, undefined, { id: DEVNET_ID, isPosing: false }],
    ['a private chain as devnet', PRIVATE, undefined, { id: DEVNET_ID, isPosing: true }],
    [
      'a private chain as testnet, said',
      PRIVATE,
      'testnet',
      { id: 'solana:4uhcVJyU9pJkvQyUS88uRDiswHXSCKY3', isPosing: true },
    ],
  ] as const)('takes %s', (_, genesis, configured, choice) => {
    expect(chooseNetwork(genesis, configured)).toEqual(choice);
  });

  it.each([
    ['mainnet for devnet', DEVNET, 'mainnet'],
    ['devnet for mainnet', MAINNET, 'devnet'],
    ['a private chain for mainnet', PRIVATE, 'mainnet'],
  ] as const)('refuses to take %s', (_, genesis, configured) => {
    expect(() => chooseNetwork(genesis, configured)).toThrow(/X402_NETWORK is/);
  });
});
