import type { MaybeAccount } from './account-state.ts';

interface AccountVersion {
  readonly slot: number;
  readonly sequence: number;
  readonly account: MaybeAccount;
}

/** Versions older than this many slots are folded into one: enough for finalized reads through a node that lags far behind. */
const KEPT_SLOTS = 512;
const PRUNE_BATCH = 64;

/**
 * Every account that a transaction has changed, with its recent past: this is what makes reads at a commitment, reads through
 * a lagging node and the undoing of a transaction possible on a VM that knows only the present.
 */
export class AccountHistory {
  readonly #readVm: (address: string) => MaybeAccount;
  readonly #versions = new Map<string, AccountVersion[]>();

  /** @param readVm what the VM holds now; asked for accounts that no transaction has changed. */
  constructor(readVm: (address: string) => MaybeAccount) {
    this.#readVm = readVm;
  }

  latest(address: string): MaybeAccount {
    const last = this.#versions.get(address)?.at(-1);
    return last === undefined ? this.#readVm(address) : last.account;
  }

  at(address: string, slot: number): MaybeAccount {
    const versions = this.#versions.get(address);
    if (versions === undefined) return this.#readVm(address);
    return versions.findLast((version) => version.slot <= slot)?.account ?? null;
  }

  /** The slot of the last change up to `slot`, or -1. */
  changedAt(address: string, slot: number): number {
    return this.#versions.get(address)?.findLast((version) => version.slot <= slot)?.slot ?? -1;
  }

  /** Addresses of all accounts that a transaction has changed, those since closed included. */
  addresses(): IterableIterator<string> {
    return this.#versions.keys();
  }

  /** @param change.before what the account was, kept as its oldest version when this is its first change. */
  record(
    address: string,
    change: { slot: number; sequence: number; before: MaybeAccount; after: MaybeAccount },
  ): void {
    const { slot, sequence, before, after } = change;
    let versions = this.#versions.get(address);
    if (versions === undefined) {
      versions = [{ slot: 0, sequence: -1, account: before }];
      this.#versions.set(address, versions);
    }
    versions.push({ slot, sequence, account: after });
    prune(versions, slot - KEPT_SLOTS);
  }

  /** Takes back all changes from a sequence number on and gives the accounts that are thereby different. */
  undoFrom(sequence: number): { address: string; account: MaybeAccount }[] {
    const restored: { address: string; account: MaybeAccount }[] = [];
    for (const [address, versions] of this.#versions) {
      const kept = versions.filter((version) => version.sequence < sequence);
      const last = kept.at(-1);
      if (kept.length === versions.length || last === undefined) continue;
      this.#versions.set(address, kept);
      restored.push({ address, account: last.account });
    }
    return restored;
  }
}

/** Old versions go in batches: taking a few off the front of a long list at every change would cost more than keeping them. */
function prune(versions: AccountVersion[], horizon: number): void {
  const next = versions[PRUNE_BATCH];
  if (next === undefined || next.slot > horizon) return;
  let unneeded = PRUNE_BATCH;
  while ((versions[unneeded + 1]?.slot ?? Number.POSITIVE_INFINITY) <= horizon) unneeded += 1;
  versions.splice(0, unneeded);
}
