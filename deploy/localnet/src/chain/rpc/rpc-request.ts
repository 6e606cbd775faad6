import type { Keypair } from '@solana/web3.js';
import type { AccountHistory } from '../account-history.ts';
import type { Bank } from '../bank.ts';
import type { BlockClock } from '../block-clock.ts';
import { COMMITMENT_AGE, type Commitment } from '../commitment.ts';
import type { ChainFaults } from '../faults.ts';
import type { Inbox } from '../inbox.ts';
import type { TransactionLedger } from '../transaction-ledger.ts';
import type { Vm } from '../vm.ts';
import type { CallConfig } from './params.ts';
import { RPC_CODE, RpcError } from './rpc-error.ts';

/** The parts of a running chain that RPC methods use. */
export interface ChainParts {
  readonly vm: Vm;
  readonly clock: BlockClock;
  readonly ledger: TransactionLedger;
  readonly accounts: AccountHistory;
  readonly bank: Bank;
  readonly inbox: Inbox;
  readonly faults: ChainFaults;
  readonly faucet: Keypair;
  readonly genesisHash: string;
  readonly random: () => number;
}

export interface RpcRequest {
  readonly chain: ChainParts;
  readonly params: readonly unknown[];
  /** The newest slot that this caller gets to see: behind the chain's own where the node plays a lagging replica. */
  readonly head: number;
}

/** @throws RpcError as the answer. */
export type RpcMethod = (request: RpcRequest) => unknown;

/**
 * The slot up to which a call may see, by its commitment (finalized unless said otherwise).
 * @throws RpcError where the node is behind the call's `minContextSlot`.
 */
export function viewSlot(
  request: RpcRequest,
  config: CallConfig,
  fallback: Commitment = 'finalized',
): number {
  const slot = request.head - COMMITMENT_AGE[config.commitment ?? fallback];
  if (config.minContextSlot !== undefined && slot < config.minContextSlot) {
    throw new RpcError('Minimum context slot has not been reached', {
      code: RPC_CODE.minContextSlotNotReached,
      data: { contextSlot: slot },
    });
  }
  return slot;
}

/** @throws RpcError where the node is so far behind that a real one would call itself unhealthy. */
export function assertHealthy({ chain, head }: RpcRequest): void {
  const numSlotsBehind = chain.clock.slot - head;
  if (numSlotsBehind < UNHEALTHY_SLOTS) return;
  throw new RpcError(`Node is behind by ${numSlotsBehind} slots`, {
    code: RPC_CODE.nodeUnhealthy,
    data: { numSlotsBehind },
  });
}

/** Agave's `--health-check-slot-distance`. */
const UNHEALTHY_SLOTS = 128;

export function withContext<T>(
  slot: number,
  value: T,
): { context: { apiVersion: string; slot: number }; value: T } {
  return { context: { apiVersion: API_VERSION, slot }, value };
}

/** The Agave release whose VM LiteSVM 1.5 contains and whose answers are imitated. */
export const API_VERSION = '3.1.0';
