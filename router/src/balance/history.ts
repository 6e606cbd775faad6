import type { SqlClient } from '../db/connect.ts';

/** One movement of a balance. `amount` in base units, above zero when it came in. */
export interface Movement {
  id: bigint;
  kind: string;
  amount: bigint;
  /** Unix milliseconds. */
  at: number;
  jobId: string | null;
  payoutId: string | null;
  /** The payment that came in, or disappeared. */
  signature: string | null;
}

const AFTER_ALL = 2n ** 63n - 1n;

/** A wallet's movements, newest first; `before` is the id of the last one of the page before. */
export async function loadHistory(
  sql: SqlClient,
  page: { wallet: string; before: bigint | null; limit: number },
): Promise<Movement[]> {
  const before = (page.before ?? AFTER_ALL).toString();
  // Said as a range, which is one account all the same: to an equation the planner walks through everybody's transfers by their ids.
  const side = (column: 'debit' | 'credit') => sql`
    select * from transfers where (${sql(column)}, id) < (a.id, ${before}::bigint) and ${sql(column)} >= a.id
    order by ${sql(column)} desc, id desc limit ${page.limit}`;
  return sql<Movement[]>`
    select t.id, t.kind, case when t.credit = a.id then t.amount else -t.amount end as amount,
      extract(epoch from t.at)::float8 * 1000 as at, t.job_id as "jobId", t.payout_id as "payoutId",
      case when t.kind in ('credit', 'orphan', 'claim') then split_part(t.idem, ':', 2) end as signature
    from accounts a cross join lateral ((${side('debit')}) union all (${side('credit')})) as t
    where a.kind = 'customer' and a.owner = ${page.wallet}
    order by t.id desc limit ${page.limit}`;
}
