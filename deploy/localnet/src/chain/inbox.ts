import type { Bank } from './bank.ts';
import type { DecodedTransaction } from './decode-transaction.ts';
import type { ChainFaults } from './faults.ts';

/** Where sent transactions arrive. They land at once, later or never, as the faults say. */
export class Inbox {
  readonly #bank: Bank;
  readonly #faults: ChainFaults;
  readonly #random: () => number;
  #waiting: { decoded: DecodedTransaction; slot: number }[] = [];

  constructor(bank: Bank, faults: ChainFaults, random: () => number) {
    this.#bank = bank;
    this.#faults = faults;
    this.#random = random;
  }

  /** @param options.isVerified whether the signatures have been checked already. */
  receive(decoded: DecodedTransaction, options: { slot: number; isVerified: boolean }): void {
    const { dropRate, lateRate, lateSlots } = this.#faults;
    if (dropRate > 0 && this.#random() < dropRate) return;
    if (lateRate > 0 && this.#random() < lateRate) {
      this.#waiting.push({ decoded, slot: options.slot + lateSlots });
      return;
    }
    this.#bank.land(decoded, options.isVerified);
  }

  /** Lands what is due. */
  onSlot(slot: number): void {
    if (this.#waiting.length === 0) return;
    const due = this.#waiting.filter((entry) => entry.slot <= slot);
    this.#waiting = this.#waiting.filter((entry) => entry.slot > slot);
    for (const { decoded } of due) this.#bank.land(decoded, false);
  }
}
