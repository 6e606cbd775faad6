import type { AccountHistory } from './account-history.ts';
import { type MaybeAccount, sameAccount } from './account-state.ts';
import type { BlockClock } from './block-clock.ts';
import { COMMITMENT_AGE } from './commitment.ts';
import { readComputeBudget } from './compute-budget.ts';
import {
  allKeys,
  type DecodedTransaction,
  decodeTransaction,
  isWritable,
  loadAddresses,
} from './decode-transaction.ts';
import type { AccountChange, JournalRecord } from './journal.ts';
import type { LandedTransaction, TokenBalance } from './landed-transaction.ts';
import { formatMemos } from './memo.ts';
import { parseMint, parseTokenAccount, toUiTokenAmount } from './token-account.ts';
import type { TransactionLedger } from './transaction-ledger.ts';
import type { Vm, VmOutcome } from './vm.ts';

export interface BankParts {
  readonly vm: Vm;
  readonly clock: BlockClock;
  readonly ledger: TransactionLedger;
  readonly accounts: AccountHistory;
  /** Called before anything about a change is told to anyone. */
  readonly append: (record: JournalRecord) => void;
  readonly onLanded: (transaction: LandedTransaction) => void;
}

type Place = Pick<LandedTransaction, 'sequence' | 'slot' | 'blockTime'>;

export interface SimulationOptions {
  /** The slot of the view whose blockhashes count. */
  readonly slot: number;
  readonly isSignatureChecked: boolean;
  readonly isBlockhashChecked: boolean;
}

/** Executes transactions one after the other and keeps what follows from them: accounts, ledger and journal. */
export class Bank {
  readonly #parts: BankParts;

  constructor(parts: BankParts) {
    this.#parts = parts;
  }

  /**
   * Lands a transaction in the present slot.
   * @returns null where a real cluster would drop it without a trace: known already, blockhash expired, not signed, no
   * money for the fee. A transaction that fails in a program lands, with its fee charged.
   */
  land(decoded: DecodedTransaction, isVerified: boolean): LandedTransaction | null {
    const { clock, ledger, onLanded } = this.#parts;
    if (ledger.get(decoded.signature) !== undefined) return null;
    if (!clock.isUsable(decoded.blockhash, clock.slot)) return null;
    const place = {
      sequence: ledger.nextSequence,
      slot: clock.slot,
      blockTime: clock.blockTimeOf(clock.slot) ?? 0,
    };
    const transaction = this.#execute(decoded, place, isVerified);
    if (transaction !== null) onLanded(transaction);
    return transaction;
  }

  /** Runs a transaction on the newest state without keeping anything. */
  simulate(decoded: DecodedTransaction, options: SimulationOptions): ReturnType<Vm['simulate']> {
    const { clock, ledger, vm } = this.#parts;
    const known = ledger.get(decoded.signature);
    if (options.isSignatureChecked && known !== undefined) return refused('AlreadyProcessed');
    if (options.isBlockhashChecked && !clock.isUsable(decoded.blockhash, options.slot)) {
      return refused('BlockhashNotFound');
    }
    return vm.simulate(decoded.raw, !options.isSignatureChecked);
  }

  /**
   * Makes a landed transaction one that never was, as a fork that lost: its effects are undone, what came after it is
   * executed again on the state without it. It may land anew if it is sent again while its blockhash lives.
   *
   * @throws RangeError for a signature that is unknown or finalized already.
   */
  orphan(signature: string): void {
    const { clock, ledger, accounts, vm } = this.#parts;
    const orphan = ledger.get(signature);
    if (orphan === undefined) throw new RangeError(`no transaction ${signature}`);
    if (clock.slot - orphan.slot >= COMMITMENT_AGE.finalized) {
      throw new RangeError(`${signature} is finalized and cannot be orphaned`);
    }
    const later = ledger.from(orphan.sequence + 1);
    for (const { address, account } of accounts.undoFrom(orphan.sequence)) vm.setAccount(address, account);
    this.#forget(orphan);
    for (const transaction of later) {
      vm.setTime(transaction.slot, transaction.blockTime);
      // Fork or not, a transaction whose payer has no money any more does not land.
      if (this.#execute(decodeTransaction(transaction.raw), transaction, true) === null)
        this.#forget(transaction);
    }
    vm.setTime(clock.slot, clock.blockTimeOf(clock.slot) ?? 0);
  }

  #forget(transaction: LandedTransaction): void {
    const { signature, sequence } = transaction;
    this.#parts.ledger.remove(signature);
    this.#parts.append({ type: 'orphaned', signature, sequence });
  }

  #execute(decoded: DecodedTransaction, place: Place, isVerified: boolean): LandedTransaction | null {
    const { vm, accounts, ledger, append } = this.#parts;
    const loaded = loadAddresses(decoded, (address) => accounts.latest(address));
    const keys = allKeys(decoded, loaded);
    const before = keys.map((address) => accounts.latest(address));
    const outcome = vm.execute(decoded.raw, isVerified);
    const after = keys.map((address, index) =>
      isWritable(decoded, index) ? vm.account(address) : (before[index] ?? null),
    );
    // Lamports are neither made nor lost inside a transaction, so what is missing afterwards is the fee.
    const fee = Number(sumLamports(before) - sumLamports(after));
    if (outcome.error !== null && fee === 0) return null;

    const changes: AccountChange[] = [];
    keys.forEach((address, index) => {
      const change = { ...place, before: before[index] ?? null, after: after[index] ?? null };
      if (sameAccount(change.before, change.after)) return;
      accounts.record(address, change);
      changes.push({ address, account: change.after });
    });
    const transaction: LandedTransaction = {
      ...outcome,
      ...this.#describe(decoded, keys, before, after),
      sequence: place.sequence,
      slot: place.slot,
      blockTime: place.blockTime,
      loaded,
      fee,
    };
    append({ type: 'landed', transaction, accounts: changes });
    ledger.put(transaction);
    return transaction;
  }

  #describe(
    decoded: DecodedTransaction,
    keys: readonly string[],
    before: readonly MaybeAccount[],
    after: readonly MaybeAccount[],
  ): Omit<LandedTransaction, keyof VmOutcome | keyof Place | 'loaded' | 'fee'> {
    return {
      signature: decoded.signature,
      raw: decoded.raw,
      keys,
      preBalances: before.map(lamportsOf),
      postBalances: after.map(lamportsOf),
      preTokenBalances: this.#tokenBalances(keys, before),
      postTokenBalances: this.#tokenBalances(keys, after),
      memo: formatMemos(keys, decoded.instructions),
      unitPrice: Number(readComputeBudget(keys, decoded.instructions).unitPrice),
    };
  }

  #tokenBalances(keys: readonly string[], states: readonly MaybeAccount[]): TokenBalance[] {
    return keys.flatMap((_, accountIndex) => {
      const account = states[accountIndex] ?? null;
      const token = parseTokenAccount(account);
      if (token === null || account === null) return [];
      const mint = parseMint(this.#parts.accounts.latest(token.mint));
      return [
        {
          accountIndex,
          mint: token.mint,
          owner: token.owner,
          programId: account.owner,
          uiTokenAmount: toUiTokenAmount(token.amount, mint?.decimals ?? 0),
        },
      ];
    });
  }
}

function refused(error: string): ReturnType<Vm['simulate']> {
  return { error, logs: [], inner: [], unitsConsumed: 0, returnData: null, postAccounts: new Map() };
}

function lamportsOf(account: MaybeAccount): number {
  return Number(account?.lamports ?? 0n);
}

function sumLamports(accounts: readonly MaybeAccount[]): bigint {
  return accounts.reduce((sum, account) => sum + (account?.lamports ?? 0n), 0n);
}
