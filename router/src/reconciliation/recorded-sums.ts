import type { SqlRunner } from '../db/connect.ts';

/** What the records say of our token account up to a finalized slot, in base units. */
export interface RecordedSums {
  slot: bigint;
  credits: bigint;
  debits: bigint;
}

export const NO_SUMS: RecordedSums = { slot: -1n, credits: 0n, debits: 0n };

/**
 * Adds up what is on record up to a slot, beginning at sums of an earlier one. Orphaned transactions do not count; what is not finalized yet
 * and stands at a finalized slot does, for that is what the chain's balance at the slot says too.
 */
export async function addRecords(
  sql: SqlRunner,
  since: RecordedSums,
  slot: bigint | null,
): Promise<RecordedSums> {
  const [row] = await sql<{ credits: string; debits: string }[]>`
    select
      (select coalesce(sum(amount), 0) from chain_credits where status <> 'orphaned' and slot > ${since.slot.toString()}::bigint
        and (${slot === null} or slot <= ${(slot ?? 0n).toString()}::bigint))::text as credits,
      (select coalesce(sum(amount), 0) from chain_debits where status <> 'orphaned' and slot > ${since.slot.toString()}::bigint
        and (${slot === null} or slot <= ${(slot ?? 0n).toString()}::bigint))::text as debits`;
  return {
    slot: slot ?? since.slot,
    credits: since.credits + BigInt(row?.credits ?? 0),
    debits: since.debits + BigInt(row?.debits ?? 0),
  };
}
