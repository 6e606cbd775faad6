import type { SqlRunner } from '../db/connect.ts';
import { listParameter } from '../db/list-parameter.ts';
import type { AccountId, SystemAccounts } from './accounts.ts';

export interface Reservation {
  payoutId: string;
  /** Whose money it is: a customer, a node or `burn`. */
  source: AccountId;
  amount: bigint;
}

/**
 * Sets money aside for payouts: source → payout_inflight. A customer or node that has less makes the statement fail on `non_negative`; a
 * second reservation of one payout fails on its idempotency id. The payouts' rows must be there.
 */
export async function reservePayouts(
  sql: SqlRunner,
  system: SystemAccounts,
  reservations: readonly Reservation[],
): Promise<void> {
  if (reservations.length === 0) return;
  await sql`
    insert into transfers (idem, kind, debit, credit, amount, payout_id)
    select 'payout:' || payout_id, 'payout', source, ${system.payout_inflight}::bigint, amount, payout_id
    from unnest(
      ${reservations.map((r) => r.payoutId)}::uuid[], ${listParameter(reservations.map((r) => r.source))}::bigint[],
      ${listParameter(reservations.map((r) => r.amount))}::bigint[]
    ) as reserved (payout_id, source, amount)`;
}

/** Books payouts that have left for good: payout_inflight → treasury. Returns those that this call resolved. */
export async function bookPaid(
  sql: SqlRunner,
  system: SystemAccounts,
  payoutIds: readonly string[],
): Promise<Set<string>> {
  return resolvePayouts(sql, system, { payoutIds, outcome: 'paid' });
}

/** Gives back what was set aside for payouts that will never leave: payout_inflight → source. Returns those that this call resolved. */
export async function returnPayouts(
  sql: SqlRunner,
  system: SystemAccounts,
  payoutIds: readonly string[],
): Promise<Set<string>> {
  return resolvePayouts(sql, system, { payoutIds, outcome: 'returned' });
}

/** The conflict names no index, since a payout has two that a twin of this call can meet first. */
async function resolvePayouts(
  sql: SqlRunner,
  system: SystemAccounts,
  { payoutIds, outcome }: { payoutIds: readonly string[]; outcome: 'paid' | 'returned' },
): Promise<Set<string>> {
  if (payoutIds.length === 0) return new Set();
  const kind = outcome === 'paid' ? 'paid' : 'return';
  const rows = await sql<{ payout_id: string }[]>`
    with resolved as (
      insert into payout_resolutions (payout_id, outcome)
      select payout_id, ${outcome} from unnest(${payoutIds as string[]}::uuid[]) as payout_id
      on conflict do nothing returning payout_id
    ), moved as (
      insert into transfers (idem, kind, debit, credit, amount, payout_id, payout_outcome)
      -- What was set aside says the amount; a payout without it fails here on a null.
      select ${kind} || ':' || r.payout_id, ${kind}, ${system.payout_inflight}::bigint,
        case when ${outcome} = 'paid' then ${system.treasury}::bigint else set_aside.debit end, set_aside.amount, r.payout_id, ${outcome}
      from resolved r left join transfers set_aside on set_aside.idem = 'payout:' || r.payout_id
    )
    select payout_id from resolved`;
  return new Set(rows.map((row) => row.payout_id));
}
