import type { Logger } from 'pino';
import { listDownTo } from './list-down-to.ts';
import type { ObservedTransfer } from './observed-transfer.ts';
import type { ListedSignature, Solana } from './solana.ts';
import { createTransferReader, type TransferReader } from './transfer-reader.ts';

export interface OnRecord {
  status: 'confirmed' | 'finalized' | 'orphaned';
  slot: bigint;
}

/** What the watcher asks of the payments domain, which owns the tables. Both directions: what came in and what left. */
export interface WatcherStore {
  /** The finalized slot down to which history was read; 0 at first. */
  loadCursor(): Promise<bigint>;
  saveCursor(slot: bigint): Promise<void>;
  /** Those of the signatures that are on record already. */
  known(signatures: string[]): Promise<Map<string, OnRecord>>;
  /** Writes each down once. One that was orphaned and has landed again counts anew. */
  record(transfers: ObservedTransfer[], finalized: boolean): Promise<void>;
  finalize(signatures: string[]): Promise<void>;
  /** Recorded transactions that are neither finalized nor orphaned. */
  open(): Promise<{ signature: string; slot: bigint }[]>;
  orphan(signature: string): Promise<void>;
}

export interface SweeperOptions {
  solana: Solana;
  store: WatcherStore;
  ours: { tokenAccount: string; mint: string; tokenProgram: string };
  logger: Logger;
}

export interface SweepRange {
  /** The list must come from a node that has seen this slot. */
  minSlot?: bigint;
  /** Reads the history down to this slot, where the usual overlap below the cursor was not enough. */
  downTo?: bigint;
}

// Slots read again below the cursor: lists of a lagging RPC may miss rows, and each sweep gives them another chance.
const OVERLAP_SLOTS = 150n;
const PARALLEL_READS = 8;
// A signature must be unknown this many sweeps in a row before it counts as orphaned.
const ORPHAN_SWEEPS = 3;

/** Reads the history of one token account down to a cursor that only finalized slots move. */
export class Sweeper {
  readonly #options: SweeperOptions;
  readonly #transfers: TransferReader;
  readonly #missing = new Map<string, number>();

  constructor(options: SweeperOptions) {
    this.#options = options;
    this.#transfers = createTransferReader(options);
  }

  /** Returns the slot of the oldest transaction that is listed and cannot be read yet; null when everything was read. */
  async sweep(range: SweepRange = {}): Promise<bigint | null> {
    const { solana, store, ours } = this.#options;
    const cursor = await store.loadCursor();
    const usual = cursor > OVERLAP_SLOTS ? cursor - OVERLAP_SLOTS : 0n;
    const listed = await listDownTo(solana, ours.tokenAccount, {
      slot: range.downTo !== undefined && range.downTo < usual ? range.downTo : usual,
      minSlot: range.minSlot,
    });
    const good = listed.filter((row) => !row.failed);
    const known = await store.known(good.map((row) => row.signature));
    // Oldest first, so that two payments are applied in the order in which they were made.
    const unread = await this.read(good.filter((row) => this.#isNews(row, known)).reverse());
    await store.finalize(
      good
        .filter((row) => row.finalized && known.get(row.signature)?.status === 'confirmed')
        .map((row) => row.signature),
    );
    await this.#findOrphans(new Set(good.map((row) => row.signature)));
    const oldestUnread = lowest(unread.map((row) => row.slot));
    // What a node lists as finalized, it has listed whole. The cursor stays below what cannot be read yet, however long that takes.
    const newest = highest(listed.filter((row) => row.finalized).map((row) => row.slot));
    const reached = oldestUnread !== null && newest !== null && oldestUnread < newest ? oldestUnread : newest;
    if (reached !== null && reached > cursor) await store.saveCursor(reached);
    return oldestUnread;
  }

  /** Reads these transactions and records what came and what left. Returns those that the RPC does not have yet. */
  async read<Row extends { signature: string; finalized: boolean }>(rows: readonly Row[]): Promise<Row[]> {
    const { store } = this.#options;
    const unread: Row[] = [];
    for (let start = 0; start < rows.length; start += PARALLEL_READS) {
      const part = rows.slice(start, start + PARALLEL_READS);
      const transfers = await Promise.all(part.map((row) => this.#transfers.read(row.signature)));
      unread.push(...part.filter((_, index) => transfers[index] === null));
      for (const isFinalized of [true, false]) {
        const moved = transfers.flatMap((transfer, index) =>
          transfer && transfer.delta !== 0n && part[index]?.finalized === isFinalized ? [transfer] : [],
        );
        if (moved.length > 0) await store.record(moved, isFinalized);
      }
    }
    return unread;
  }

  #isNews(row: ListedSignature, known: ReadonlyMap<string, OnRecord>): boolean {
    const record = known.get(row.signature);
    if (record === undefined) return !this.#transfers.isIdle(row.signature);
    // A node that lags still lists what is gone, where it was. Landed again means: final, or in another slot.
    if (record.status !== 'orphaned' || !(row.finalized || row.slot !== record.slot)) return false;
    this.#transfers.forget(row.signature);
    return true;
  }

  async #findOrphans(listed: ReadonlySet<string>): Promise<void> {
    const { solana, store, logger } = this.#options;
    const open = (await store.open()).filter(({ signature }) => !listed.has(signature));
    const isOpen = new Set(open.map(({ signature }) => signature));
    for (const signature of this.#missing.keys()) if (!isOpen.has(signature)) this.#missing.delete(signature);
    if (open.length === 0) return;
    const finalizedSlot = await solana.slot('finalized');
    for (const { signature, slot } of open) {
      if (slot > finalizedSlot) continue;
      const status = await solana.signatureStatus(signature, finalizedSlot);
      if (status === 'unsure') continue;
      // On the fork that won it may have landed and failed: then nothing moved either.
      const stands = status !== 'unknown' && !status.failed;
      if (stands && status.finalized) await store.finalize([signature]);
      const sweeps = stands ? 0 : (this.#missing.get(signature) ?? 0) + 1;
      this.#missing.set(signature, sweeps);
      if (sweeps < ORPHAN_SWEEPS) continue;
      logger.error({ signature }, 'a confirmed transaction disappeared from the chain');
      await store.orphan(signature);
      this.#transfers.forget(signature);
      this.#missing.delete(signature);
    }
  }
}

function lowest(slots: readonly bigint[]): bigint | null {
  return slots.reduce<bigint | null>((low, slot) => (low === null || slot < low ? slot : low), null);
}

function highest(slots: readonly bigint[]): bigint | null {
  return slots.reduce<bigint | null>((high, slot) => (high === null || slot > high ? slot : high), null);
}
