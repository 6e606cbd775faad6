import { createHash } from 'node:crypto';
import bs58 from 'bs58';

/** A blockhash may be used for this many blocks after its own. */
export const BLOCKHASH_WINDOW = 150;

/**
 * Slots and blocks are numbered apart, as on a real cluster where skipped slots have no block: code that takes one for the
 * other shall fail here too.
 */
const SLOTS_WITHOUT_BLOCK = 21_000_000;

/** Blockhashes and block times of this many slots are kept: the window as a client far behind may still ask for it. */
const KEPT_SLOTS = 1024;

/**
 * Slots, block heights, block times and blockhashes.
 * A blockhash is a hash of the chain's seed and the slot: it never comes back after a restart, yet those given out before a
 * restart stay good until they expire.
 */
export class BlockClock {
  readonly #seed: Uint8Array;
  readonly #now: () => number;
  readonly #slotByHash = new Map<string, number>();
  readonly #blocks = new Map<number, { hash: string; unixSeconds: number }>();
  #slot: number;

  /** @param options.now unix time in milliseconds. */
  constructor(options: { seed: Uint8Array; slot: number; now: () => number }) {
    this.#seed = options.seed;
    this.#now = options.now;
    this.#slot = options.slot - KEPT_SLOTS;
    this.advance(KEPT_SLOTS);
  }

  get slot(): number {
    return this.#slot;
  }

  /** Goes on by a number of slots, all of which get a block. */
  advance(slots: number): void {
    for (let i = 0; i < slots; i++) {
      this.#slot += 1;
      this.#open(this.#slot);
      this.#forget(this.#slot - KEPT_SLOTS);
    }
  }

  heightOf(slot: number): number {
    return slot - SLOTS_WITHOUT_BLOCK;
  }

  /** @throws RangeError for a slot that is long gone or not there yet. */
  blockhashOf(slot: number): string {
    const block = this.#blocks.get(slot);
    if (block === undefined) throw new RangeError(`slot ${slot} is outside of the kept window`);
    return block.hash;
  }

  /** Unix time in seconds, where it is still known. */
  blockTimeOf(slot: number): number | undefined {
    return this.#blocks.get(slot)?.unixSeconds;
  }

  /** The last slots' hashes, newest first. */
  recentHashes(count: number): { slot: number; hash: string }[] {
    return Array.from({ length: Math.min(count, KEPT_SLOTS) }, (_, age) => ({
      slot: this.#slot - age,
      hash: this.blockhashOf(this.#slot - age),
    }));
  }

  /** Whether a transaction with this blockhash may land in the given slot. */
  isUsable(blockhash: string, inSlot: number): boolean {
    const slot = this.#slotByHash.get(blockhash);
    return slot !== undefined && slot <= inSlot && inSlot - slot <= BLOCKHASH_WINDOW;
  }

  #open(slot: number): void {
    const hash = bs58.encode(createHash('sha256').update(this.#seed).update(`block:${slot}`).digest());
    this.#slotByHash.set(hash, slot);
    this.#blocks.set(slot, { hash, unixSeconds: Math.floor(this.#now() / 1000) });
  }

  #forget(slot: number): void {
    const block = this.#blocks.get(slot);
    if (block === undefined) return;
    this.#blocks.delete(slot);
    this.#slotByHash.delete(block.hash);
  }
}
