import type { SqlClient } from '../db/connect.ts';
import { type Books, createBooksChecker, formatUnits } from './check-books.ts';
import { checkDebits } from './check-debits.ts';
import { type ChainComparison, createChainComparer, type WatchedChain } from './compare-with-chain.ts';
import { findWarnings } from './find-warnings.ts';
import type { Finding } from './freezes.ts';
import { lastGoodSlot, type Reconciliation } from './save-reconciliation.ts';

/** What one check found. `isPending`: something differs and has not been seen often enough to count. */
export interface CheckResult {
  reconciliation: Reconciliation;
  books: Books;
  findings: Finding[];
  isPending: boolean;
}

/** Runs one check after the other; what must hold for several checks in a row is counted here. */
export interface Checks {
  run(options: { isFull: boolean }): Promise<CheckResult>;
}

export interface ChecksOptions {
  sql: SqlClient;
  chain: WatchedChain;
  /** SOL of the wallet that pays our fees, in lamports; null when nothing is paid out. */
  feePayerLamports(): Promise<bigint | null>;
}

// Balance and history come from calls one after the other, perhaps from different nodes: only what stays is wrong.
const MISMATCH_CHECKS = 3;
// Debits are looked at again for a while: their attempt may have ended otherwise than it seemed.
const DEBIT_SLOTS = 2000n;

export function createChecks({ sql, chain, feePayerLamports }: ChecksOptions): Checks {
  const comparer = createChainComparer(sql, chain);
  const books = createBooksChecker(sql);
  let mismatches = 0;
  let agreedSlot: bigint | null = null;

  const compareChain = async (isFull: boolean): Promise<ChainComparison> => {
    agreedSlot ??= await lastGoodSlot(sql);
    const searchFrom = isFull || mismatches < MISMATCH_CHECKS ? agreedSlot : null;
    const found = await comparer.compare({ isFull, searchFrom });
    if (!found.isComparable) return found;
    const isEven = found.chainBalance === found.recordedBalance;
    mismatches = isEven ? 0 : mismatches + 1;
    if (isEven) agreedSlot = found.slot;
    return found;
  };

  return {
    async run({ isFull }) {
      const compared = await compareChain(isFull);
      const ledger = await books.check(isFull);
      const debits = await checkDebits(sql, isFull ? 0n : compared.slot - DEBIT_SLOTS);
      const isPending = !compared.isComparable || (mismatches > 0 && mismatches < MISMATCH_CHECKS);
      const difference = describeDifference(compared);
      const findings: Finding[] = [
        ...(mismatches >= MISMATCH_CHECKS && difference
          ? [{ cause: 'balance_mismatch' as const, subject: 'chain', detail: difference }]
          : []),
        ...ledger.faults.map((detail) => ({ cause: 'balance_mismatch' as const, subject: 'books', detail })),
        ...debits,
      ];
      const warnings = await findWarnings(sql, ledger, await feePayerLamports());
      return {
        findings,
        books: ledger,
        isPending,
        reconciliation: {
          slot: compared.slot,
          chainBalance: compared.chainBalance,
          recordedBalance: compared.recordedBalance,
          treasury: ledger.accounts.treasury,
          faults: findings.map((finding) => finding.detail),
          warnings: [...warnings, ...(isPending ? [difference ?? 'a transaction cannot be read yet'] : [])],
          isFull,
        },
      };
    },
  };
}

function describeDifference({ chainBalance, recordedBalance, slot }: ChainComparison): string | null {
  if (chainBalance === recordedBalance) return null;
  const [more, less] =
    chainBalance > recordedBalance ? ['the chain holds', 'on record'] : ['on record are', 'on the chain'];
  const difference = chainBalance - recordedBalance;
  return `${more} ${formatUnits(difference < 0n ? -difference : difference)} WATT more than ${less}, at slot ${slot}`;
}
