import type { SqlClient } from '../db/connect.ts';

/** A withdrawal as it stands. Amount in base units, times in Unix milliseconds. */
export interface Withdrawal {
  id: string;
  amount: bigint;
  state: 'queued' | 'batched' | 'paid' | 'held' | 'returned';
  /** Why it is held, or has not left yet. */
  reason: string | null;
  /** The transaction that carries it, once one was signed. */
  signature: string | null;
  createdAt: number;
  finishedAt: number | null;
}

const columns = (sql: SqlClient) => sql`
  p.id, p.amount, p.state, coalesce(p.reason, ${queueReason(sql)}) as reason, extract(epoch from p.created_at)::float8 * 1000 as "createdAt",
  extract(epoch from p.finished_at)::float8 * 1000 as "finishedAt", (
    select t.signature from payout_attempts t where t.batch_id = p.batch_id and t.state in ('live', 'finalized')
    order by t.created_at desc limit 1
  ) as signature`;

/** Newest first; `after` is the id of the last one of the page before. */
export async function listWithdrawals(
  sql: SqlClient,
  page: { wallet: string; after: string | null; limit: number },
): Promise<Withdrawal[]> {
  return sql<Withdrawal[]>`
    select ${columns(sql)} from accounts a join payouts p on p.source = a.id and p.kind = 'withdrawal'
    where a.kind = 'customer' and a.owner = ${page.wallet} and (${page.after}::uuid is null
      or (p.created_at, p.id) < (select created_at, id from payouts where id = ${page.after}::uuid and wallet = ${page.wallet}))
    order by p.created_at desc, p.id desc limit ${page.limit}`;
}

/** Null when the wallet has no such withdrawal. */
export async function findWithdrawal(
  sql: SqlClient,
  withdrawal: { id: string; wallet: string },
): Promise<Withdrawal | null> {
  const [row] = await sql<Withdrawal[]>`
    select ${columns(sql)} from payouts p
    where p.id = ${withdrawal.id}::uuid and p.kind = 'withdrawal' and p.wallet = ${withdrawal.wallet}`;
  return row ?? null;
}

/** What the worker noted of the queue; of what is in a batch the fee was found worth. */
function queueReason(sql: SqlClient) {
  return sql`(
    select w.code || ': ' || w.detail from accounts z join payout_waits w on w.account = z.id
    where z.kind = 'payout_inflight' and (p.state = 'queued' or (p.state = 'batched' and w.code <> 'fee_too_high')))`;
}
