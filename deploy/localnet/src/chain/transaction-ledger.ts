import type { LandedTransaction } from './landed-transaction.ts';

/** All transactions that landed, by signature, by address and by slot. Lookups cost the same for the first and the millionth. */
export class TransactionLedger {
  readonly #bySignature = new Map<string, LandedTransaction>();
  readonly #bySequence = new Map<number, LandedTransaction>();
  readonly #bySlot = new Map<number, LandedTransaction[]>();
  /** Sequence numbers in rising order. */
  readonly #byAddress = new Map<string, number[]>();
  #nextSequence = 0;
  #lastSlot = 0;

  get nextSequence(): number {
    return this.#nextSequence;
  }

  /** How many transactions landed up to a slot. */
  countUpTo(slot: number): number {
    let count = this.#bySignature.size;
    for (let newer = slot + 1; newer <= this.#lastSlot; newer++) count -= this.inSlot(newer).length;
    return count;
  }

  get(signature: string): LandedTransaction | undefined {
    return this.#bySignature.get(signature);
  }

  inSlot(slot: number): readonly LandedTransaction[] {
    return this.#bySlot.get(slot) ?? [];
  }

  /** From a sequence number on, in the order of landing. */
  from(sequence: number): LandedTransaction[] {
    const found: LandedTransaction[] = [];
    for (let next = sequence; next < this.#nextSequence; next++) {
      const transaction = this.#bySequence.get(next);
      if (transaction !== undefined) found.push(transaction);
    }
    return found;
  }

  /** Transactions that name the address, newest first, starting below a sequence number. */
  *ofAddress(address: string, below = Number.POSITIVE_INFINITY): Generator<LandedTransaction> {
    const sequences = this.#byAddress.get(address) ?? [];
    for (let i = countBelow(sequences, below) - 1; i >= 0; i--) {
      const transaction = this.#bySequence.get(sequences[i] ?? -1);
      if (transaction !== undefined) yield transaction;
    }
  }

  /** Adds a transaction; one with a known sequence number takes the old one's place (a replay after an orphan). */
  put(transaction: LandedTransaction): void {
    const isReplay = this.#bySequence.has(transaction.sequence);
    this.#bySequence.set(transaction.sequence, transaction);
    this.#bySignature.set(transaction.signature, transaction);
    const block = this.#bySlot.get(transaction.slot) ?? [];
    const place = block.findIndex(({ sequence }) => sequence === transaction.sequence);
    if (place >= 0) block[place] = transaction;
    else block.push(transaction);
    this.#bySlot.set(transaction.slot, block);
    if (isReplay) return;
    this.#lastSlot = Math.max(this.#lastSlot, transaction.slot);
    this.#nextSequence = Math.max(this.#nextSequence, transaction.sequence + 1);
    for (const address of new Set(transaction.keys)) {
      const sequences = this.#byAddress.get(address);
      if (sequences === undefined) this.#byAddress.set(address, [transaction.sequence]);
      else sequences.push(transaction.sequence);
    }
  }

  remove(signature: string): void {
    const transaction = this.#bySignature.get(signature);
    if (transaction === undefined) return;
    const { sequence, slot } = transaction;
    this.#bySignature.delete(signature);
    this.#bySequence.delete(sequence);
    this.#bySlot.set(
      slot,
      this.inSlot(slot).filter((other) => other.sequence !== sequence),
    );
    for (const address of new Set(transaction.keys)) {
      const kept = (this.#byAddress.get(address) ?? []).filter((other) => other !== sequence);
      this.#byAddress.set(address, kept);
    }
  }
}

/** How many numbers of a rising list are below a bound. */
function countBelow(rising: readonly number[], bound: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rising[middle] ?? 0) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
