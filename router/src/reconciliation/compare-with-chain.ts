import type { SqlRunner } from '../db/connect.ts';
import { addRecords, NO_SUMS, type RecordedSums } from './recorded-sums.ts';

/** What a comparison asks of the chain and of the watcher. */
export interface WatchedChain {
  /** Our token account at a finalized slot. */
  holding(): Promise<{ amount: bigint; slot: bigint }>;
  /** Reads everything up to the slot; false when something up to it cannot be read yet. `downTo` reads again from further back. */
  readThrough(slot: bigint, downTo?: bigint): Promise<boolean>;
}

export interface ChainComparison {
  slot: bigint;
  chainBalance: bigint;
  recordedBalance: bigint;
  /** Whether every transaction up to the slot could be read; if not, the two balances say nothing. */
  isComparable: boolean;
}

/** Remembers the sums of the last comparison that agreed, so that the next one adds up what came since. */
export interface ChainComparer {
  /** A difference is searched for from `searchFrom` on; null lets it stand. */
  compare(options: { isFull: boolean; searchFrom: bigint | null }): Promise<ChainComparison>;
}

// A transaction that a list has missed lies above the last slot at which both agreed, but for the time the list lagged.
const SEARCH_BELOW_SLOTS = 1000n;

/**
 * Compares what the chain says that we hold with what is on record, both up to the same finalized slot: the balance is read first, then the
 * history up to its slot, from a node that has seen it. Where they differ the history is read again further back: lists of an RPC miss rows.
 */
export function createChainComparer(sql: SqlRunner, chain: WatchedChain): ChainComparer {
  let agreed: RecordedSums = NO_SUMS;

  const recordedUpTo = async (slot: bigint): Promise<RecordedSums> => {
    const base = slot >= agreed.slot ? agreed : NO_SUMS;
    return addRecords(sql, base, slot);
  };

  return {
    async compare({ isFull, searchFrom }) {
      if (isFull) agreed = NO_SUMS;
      const { amount, slot } = await chain.holding();
      let isComparable = await chain.readThrough(slot);
      let sums = await recordedUpTo(slot);
      const differs = (): boolean => sums.credits - sums.debits !== amount;
      if (isComparable && differs()) {
        agreed = NO_SUMS;
        sums = await recordedUpTo(slot);
      }
      if (isComparable && differs() && searchFrom !== null) {
        const from = searchFrom > SEARCH_BELOW_SLOTS ? searchFrom - SEARCH_BELOW_SLOTS : 0n;
        isComparable = await chain.readThrough(slot, from);
        sums = await recordedUpTo(slot);
      }
      if (isComparable && !differs()) agreed = sums;
      return { slot, chainBalance: amount, recordedBalance: sums.credits - sums.debits, isComparable };
    },
  };
}
