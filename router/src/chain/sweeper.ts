import type { Logger } from 'pino';
import { type ObservedTransfer, observeTransfer } from './observed-transfer.ts';
import type { ListedSignature, Solana } from './solana.ts';

/** What the watcher asks of the payments domain, which owns the tables. */
export interface WatcherStore {
  /** The finalized slot down to which history was read; 0 at first. */
  loadCursor(): Promise<bigint>;
  saveCursor(slot: bigint): Promise<void>;
  /** Those of the signatures that are on record already. */
  known(signatures: string[]): Promise<Set<string>>;
  record(transfers: ObservedTransfer[], finalized: boolean): Promise<void>;
  finalize(signatures: string[]): Promise<void>;
  /** Recorded credits up to this slot that are not finalized yet. */
  openUpTo(slot: bigint): Promise<string[]>;
  orphan(signature: string): Promise<void>;
}

export interface SweeperOptions {
  solana: Solana;
  store: WatcherStore;
  ours: { tokenAccount: string; mint: string; tokenProgram: string };
  logger: Logger;
}

const PAGE = 1000;
const MAX_PAGES = 1000;
// Slots read again below the cursor: lists of a lagging RPC may miss rows, and each sweep gives them another chance.
const OVERLAP_SLOTS = 150n;
const PARALLEL_READS = 8;
// A signature must be unknown this many sweeps in a row before it counts as orphaned.
const ORPHAN_SWEEPS = 3;
const IGNORED_MAX = 50_000;
// What a list says of a signature: it stands; `finalize` was called for the finalized ones before.
const LISTED = { finalized: false, failed: false };

/** Reads the history of one token account down to a cursor that only finalized slots move. */
export class Sweeper {
  readonly #options: SweeperOptions;
  readonly #ignored = new Set<string>();
  readonly #missing = new Map<string, number>();

  constructor(options: SweeperOptions) {
    this.#options = options;
  }

  async sweep(): Promise<void> {
    const { solana, store } = this.#options;
    const cursor = await store.loadCursor();
    const finalizedSlot = await solana.slot('finalized');
    const listed = await this.#listDownTo(cursor > OVERLAP_SLOTS ? cursor - OVERLAP_SLOTS : 0n);
    const good = listed.filter((row) => !row.failed && !this.#ignored.has(row.signature));
    const known = await store.known(good.map((row) => row.signature));
    // Oldest first, so that two payments are applied in the order in which they were made.
    const unread = await this.read(good.filter((row) => !known.has(row.signature)).reverse());
    await store.finalize(
      good.filter((row) => row.finalized && known.has(row.signature)).map((row) => row.signature),
    );
    await this.#findOrphans(finalizedSlot, new Set(good.map((row) => row.signature)));
    // The cursor stays below a transaction that is listed and cannot be read yet, however long that takes.
    let reached = finalizedSlot;
    for (const { slot } of unread) if (slot < reached) reached = slot;
    if (reached > cursor) await store.saveCursor(reached);
  }

  /** Reads these transactions and records what arrived. Returns those that the RPC does not have yet. */
  async read<Row extends { signature: string; finalized: boolean }>(rows: readonly Row[]): Promise<Row[]> {
    const { solana, store, ours } = this.#options;
    const unread: Row[] = [];
    for (let start = 0; start < rows.length; start += PARALLEL_READS) {
      const part = rows.slice(start, start + PARALLEL_READS);
      const raws = await Promise.all(part.map((row) => solana.getTransaction(row.signature)));
      unread.push(...part.filter((_, index) => raws[index] === null));
      const observed = raws.flatMap((raw, index) =>
        raw ? [{ transfer: observeTransfer(raw, ours), finalized: part[index]?.finalized ?? false }] : [],
      );
      for (const { transfer } of observed) if (transfer.delta <= 0n) this.#ignore(transfer);
      for (const isFinalized of [true, false]) {
        const incoming = observed.filter((o) => o.finalized === isFinalized && o.transfer.delta > 0n);
        await store.record(
          incoming.map((o) => o.transfer),
          isFinalized,
        );
      }
    }
    return unread;
  }

  #ignore(transfer: ObservedTransfer): void {
    if (transfer.delta < 0n) {
      this.#options.logger.warn(
        { signature: transfer.signature, delta: `${transfer.delta}` },
        'tokens left our account',
      );
    }
    if (this.#ignored.size >= IGNORED_MAX) this.#ignored.clear();
    this.#ignored.add(transfer.signature);
  }

  async #listDownTo(slot: bigint): Promise<ListedSignature[]> {
    const { solana, ours } = this.#options;
    const rows: ListedSignature[] = [];
    let before: string | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const part = await solana.listSignatures(ours.tokenAccount, { limit: PAGE, ...(before && { before }) });
      rows.push(...part.filter((row) => row.slot >= slot));
      const last = part.at(-1);
      if (!last || part.length < PAGE || last.slot < slot) return rows;
      before = last.signature;
    }
    throw new Error(`More than ${PAGE * MAX_PAGES} signatures above slot ${slot}`);
  }

  async #findOrphans(finalizedSlot: bigint, listed: Set<string>): Promise<void> {
    const { solana, store, logger } = this.#options;
    const open = await store.openUpTo(finalizedSlot);
    for (const signature of this.#missing.keys())
      if (!open.includes(signature)) this.#missing.delete(signature);
    for (const signature of open) {
      const status = listed.has(signature) ? LISTED : await solana.signatureStatus(signature);
      // On the fork that won it may have landed and failed: then nothing arrived either.
      const stands = status !== null && !status.failed;
      if (stands && status.finalized) await store.finalize([signature]);
      const sweeps = stands ? 0 : (this.#missing.get(signature) ?? 0) + 1;
      this.#missing.set(signature, sweeps);
      if (sweeps < ORPHAN_SWEEPS) continue;
      logger.error({ signature }, 'a confirmed payment disappeared from the chain');
      await store.orphan(signature);
      this.#missing.delete(signature);
    }
  }
}
