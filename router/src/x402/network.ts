import { ConfigError } from '../config/config.ts';
import type { X402Network } from '../config/x402-settings.ts';

/** The networks that x402 knows by name, as CAIP-2 has them: the first 32 letters of the genesis hash. */
const GENESIS: Record<X402Network, string> = {
  mainnet: '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d',
  devnet: 'EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG',
  testnet: '4uhcVJyU9pJkvQyUS88uRDiswHXSCKY3zQawwpjk2NsY',
};
const CAIP2_LETTERS = 32;

export interface NetworkChoice {
  /** CAIP-2. */
  id: `solana:${string}`;
  /** A chain that x402 has no name for says that it is this one. */
  isPosing: boolean;
}

/**
 * Which network payments are said to be on. Clients accept the three public ones only, so a local chain poses as devnet. Throws a
 * ConfigError when the configuration contradicts the chain: nobody shall pay on mainnet for what a test network sells, nor the reverse.
 */
export function chooseNetwork(genesisHash: string, configured: X402Network | undefined): NetworkChoice {
  const actual = (Object.keys(GENESIS) as X402Network[]).find((name) => GENESIS[name] === genesisHash);
  const name = configured ?? actual ?? 'devnet';
  if (actual && name !== actual) {
    throw new ConfigError([`X402_NETWORK is ${name}, but SOLANA_RPC_URL answers for ${actual}`]);
  }
  if (!actual && name === 'mainnet') {
    throw new ConfigError(['X402_NETWORK is mainnet, but SOLANA_RPC_URL answers for a private chain']);
  }
  return { id: `solana:${GENESIS[name].slice(0, CAIP2_LETTERS)}`, isPosing: !actual };
}
