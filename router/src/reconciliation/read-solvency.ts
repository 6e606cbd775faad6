import type { SqlRunner } from '../db/connect.ts';
import { type Books, formatUnits } from './check-books.ts';
import type { LastCheck, Reconciler } from './create-reconciler.ts';
import { liabilities } from './find-warnings.ts';
import { type Freeze, openFreezes } from './freezes.ts';

/**
 * `solvent`: chain, records and ledger agreed lately, and what is held covers what is owed. `checking`: not compared yet, or a difference is
 * looked into. `short`: more is owed than held. `frozen`: nothing is paid out until an operator has looked. `stale`: the last check is too old
 * to say anything.
 */
export type SolvencyState = 'solvent' | 'checking' | 'short' | 'frozen' | 'stale';

export interface Solvency {
  state: SolvencyState;
  /** Of the last check; null when there was none. */
  checkedAt: Date | null;
  ageSeconds: number | null;
  last: LastCheck | null;
  freezes: Freeze[];
}

export async function readSolvency(
  sql: SqlRunner,
  reconciler: Reconciler,
  clock: () => number,
): Promise<Solvency> {
  const freezes = await openFreezes(sql);
  const last = reconciler.last();
  const ageMs = last === null ? null : clock() - last.at;
  return {
    state: stateOf({ freezes, last, isOld: ageMs !== null && ageMs > reconciler.staleAfterMs }),
    checkedAt: last && new Date(last.at),
    ageSeconds: ageMs === null ? null : Math.round(ageMs / 1000),
    last,
    freezes,
  };
}

function stateOf(now: { freezes: Freeze[]; last: LastCheck | null; isOld: boolean }): SolvencyState {
  if (now.freezes.length > 0) return 'frozen';
  if (now.last === null) return 'checking';
  if (now.isOld) return 'stale';
  if (now.last.isPending || now.last.findings.length > 0) return 'checking';
  const { accounts } = now.last.books;
  return accounts.treasury < liabilities(accounts) ? 'short' : 'solvent';
}

/** What is held for what is owed, cut to four places; null when nothing is owed. */
export function coverRatio(accounts: Books['accounts']): number | null {
  const owed = liabilities(accounts);
  return owed === 0n ? null : Number((accounts.treasury * 10_000n) / owed) / 10_000;
}

/** The answer of `GET /api/v1/solvency`; amounts are exact decimal strings of WATT. */
export function solvencyView(solvency: Solvency, tokenAccount: string): Record<string, unknown> {
  const { state, checkedAt, ageSeconds, last, freezes } = solvency;
  return {
    state,
    frozen: freezes.length > 0,
    freezes: freezes.map(({ cause, subject, detail, frozenAt }) => ({
      cause,
      subject,
      detail,
      since: new Date(frozenAt).toISOString(),
    })),
    checked_at: checkedAt?.toISOString() ?? null,
    age_seconds: ageSeconds,
    chain: last && {
      token_account: tokenAccount,
      watt: formatUnits(last.reconciliation.chainBalance),
      slot: Number(last.reconciliation.slot),
      on_record: formatUnits(last.reconciliation.recordedBalance),
    },
    liabilities: last && {
      total: formatUnits(liabilities(last.books.accounts)),
      customers: formatUnits(last.books.accounts.customers),
      held: formatUnits(last.books.accounts.held),
      nodes: formatUnits(last.books.accounts.nodes),
      burn: formatUnits(last.books.accounts.burn),
      payout_inflight: formatUnits(last.books.accounts.payoutInflight),
      suspense: formatUnits(last.books.accounts.suspense),
    },
    treasury: last && formatUnits(last.books.accounts.treasury),
    revenue: last && formatUnits(last.books.accounts.revenue),
    ratio: last && coverRatio(last.books.accounts),
    faults: last?.reconciliation.faults ?? [],
    warnings: last?.reconciliation.warnings ?? [],
  };
}
