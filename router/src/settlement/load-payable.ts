import type { SqlRunner } from '../db/connect.ts';
import { listParameter } from '../db/list-parameter.ts';
import type { AccountId, SystemAccounts } from '../ledger/ledger.ts';

/** A node and what it may be paid now, in base units. */
export interface PayableNode {
  account: AccountId;
  nodeId: string;
  wallet: string | null;
  payable: bigint;
  /** A payout of this node is under way or held. */
  hasOpen: boolean;
  /** Milliseconds: when it was last paid out, or first earned. */
  sinceMs: number;
  /** How many payouts it ever had. */
  payouts: bigint;
}

/**
 * What nodes may be paid: their balances less what they earned since the oldest payment that is not final was credited. A hold can only be made
 * of money that was credited before it, and a capture of a hold, so the order of the transfers says what rests on final payments alone.
 */
export async function loadPayable(
  sql: SqlRunner,
  filter: { min: bigint; accounts: readonly AccountId[] | null },
): Promise<PayableNode[]> {
  const only = filter.accounts && listParameter(filter.accounts);
  return sql<PayableNode[]>`
    with frontier as (
      select min(t.id) as id from chain_credits c join transfers t on t.idem = 'sig:' || c.signature where c.status = 'confirmed'
    ), owed as (
      select a.id, a.owner, greatest(0, a.balance - coalesce((
        select sum(t.amount) from transfers t, frontier f where t.credit = a.id and t.id >= f.id and t.kind = 'capture_node'
      ), 0))::bigint as payable
      from accounts a
      where a.kind = 'node' and a.balance >= ${filter.min} and (${only}::bigint[] is null or a.id = any(${only}::bigint[]))
    )
    select o.id as account, n.id as "nodeId", n.wallet, o.payable,
      exists (select 1 from payouts p where p.source = o.id and p.state in ('queued', 'batched', 'held')) as "hasOpen",
      extract(epoch from coalesce(
        (select p.created_at from payouts p where p.source = o.id order by p.created_at desc limit 1),
        (select t.at from transfers t where t.credit = o.id order by t.id limit 1), now()
      ))::float8 * 1000 as "sinceMs",
      (select count(*) from payouts p where p.source = o.id) as payouts
    from owed o join nodes n on n.id = o.owner
    where o.payable >= ${filter.min} order by o.id`;
}

/** What may be burned now: captured shares that rest on final payments, less what was set aside before. */
export async function loadBurnable(sql: SqlRunner, system: SystemAccounts): Promise<bigint> {
  const [row] = await sql<{ payable: bigint }[]>`
    with frontier as (
      select min(t.id) as id from chain_credits c join transfers t on t.idem = 'sig:' || c.signature where c.status = 'confirmed'
    )
    select greatest(0,
      coalesce((select sum(amount) from transfers, frontier f where credit = ${system.burn} and (f.id is null or transfers.id < f.id)), 0)
      - coalesce((select sum(amount) from transfers where debit = ${system.burn}), 0))::bigint as payable`;
  return row?.payable ?? 0n;
}
