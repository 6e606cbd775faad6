/** The way into the chain domain. */
export { mintFaults } from './check-mint.ts';
export type { ObservedTransfer } from './observed-transfer.ts';
export {
  type Blockhash,
  type ComputeTerms,
  feeOf,
  type PayoutChain,
  type PayoutOrder,
  type RecipientState,
  type SignatureFinding,
  type SignedPayout,
  type Simulation,
} from './payout-chain.ts';
export { createPayoutChain } from './solana/create-payout-chain.ts';
export {
  type ChainHint,
  canonicalTokenAccount,
  createSolana,
  MintError,
  type MintFacts,
  type Solana,
} from './solana.ts';
export type { OnRecord, WatcherStore } from './sweeper.ts';
export { createWatcher, type Watcher } from './watcher.ts';
