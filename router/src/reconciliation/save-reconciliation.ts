import type { SqlRunner } from '../db/connect.ts';

/** One comparison of chain, records and ledger. Amounts in base units. */
export interface Reconciliation {
  /** The finalized slot of the chain's balance. */
  slot: bigint;
  chainBalance: bigint;
  recordedBalance: bigint;
  treasury: bigint;
  /** What is wrong, in words; what was not seen often enough to count is a warning. */
  faults: string[];
  warnings: string[];
  isFull: boolean;
}

const KEEP_DAYS = 7;
const KEEP_FAULTY_DAYS = 365;

/** Keeps one row for each check, the good ones for a week, those with faults for a year. */
export async function saveReconciliation(sql: SqlRunner, row: Reconciliation): Promise<void> {
  const { slot, chainBalance, recordedBalance, treasury, faults, warnings, isFull } = row;
  await sql`
    insert into reconciliations (slot, chain_balance, recorded_balance, treasury, faults, warnings, is_full)
    values (${slot}, ${chainBalance}, ${recordedBalance}, ${treasury}, ${JSON.stringify(faults)}::text::jsonb,
      ${JSON.stringify(warnings)}::text::jsonb, ${isFull})`;
  await sql`
    delete from reconciliations
    where at < now() - make_interval(days => ${KEEP_DAYS})
      and (faults = '[]'::jsonb or at < now() - make_interval(days => ${KEEP_FAULTY_DAYS}))`;
}

/** The slot of the last check that found nothing wrong; 0 when there is none. */
export async function lastGoodSlot(sql: SqlRunner): Promise<bigint> {
  const [row] = await sql<{ slot: bigint }[]>`
    select slot from reconciliations
    where faults = '[]'::jsonb and chain_balance = recorded_balance order by at desc limit 1`;
  return row?.slot ?? 0n;
}
