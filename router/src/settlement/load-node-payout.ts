import type { SqlRunner } from '../db/connect.ts';
import type { AccountId, SystemAccounts } from '../ledger/ledger.ts';
import { loadPayable } from './load-payable.ts';
import type { PayoutRules } from './payout-rules.ts';
import type { Wait } from './waits.ts';
import { nextPayoutAt, whyWaiting } from './why-waiting.ts';

/** What a node has earned on its way to its wallet. Amounts in base units, times in Unix milliseconds. */
export interface NodePayout {
  /** May be paid out now. */
  payable: bigint;
  /** Set aside, not final on chain. */
  pending: bigint;
  paidTotal: bigint;
  /** The transaction that paid it last, final. */
  lastSignature: string | null;
  waitingFor: Wait | null;
  nextAt: number | null;
}

export interface NodePayoutRow {
  id: string;
  amount: bigint;
  wallet: string;
  state: 'queued' | 'batched' | 'paid' | 'held' | 'returned';
  reason: string | null;
  /** The transaction that carries it, once one was signed. */
  signature: string | null;
  createdAt: number;
  finishedAt: number | null;
}

interface Sums {
  account: AccountId;
  wallet: string | null;
  balance: bigint;
  pending: bigint;
  paidTotal: bigint;
  lastSignature: string | null;
  openState: 'queued' | 'batched' | 'held' | null;
  openReason: string | null;
  ownCode: Wait['code'] | null;
  ownDetail: string | null;
  queueCode: Wait['code'] | null;
  queueDetail: string | null;
}

/** Null for a node that the registry does not know. */
export async function loadNodePayout(
  sql: SqlRunner,
  system: SystemAccounts,
  node: { nodeId: string; rules: PayoutRules; canPay: boolean; now: number },
): Promise<NodePayout | null> {
  const { rules, canPay, now } = node;
  const [sums] = await selectSums(sql, system, node.nodeId);
  if (!sums) return null;
  const { account, wallet, balance, pending, paidTotal, lastSignature } = sums;
  const [owed] = await loadPayable(sql, { min: 0n, accounts: [account] });
  const facts = {
    ...{ wallet, balance, canPay },
    payable: owed?.payable ?? 0n,
    sinceMs: owed?.sinceMs ?? now,
    open: sums.openState && { state: sums.openState, reason: sums.openReason },
    ownWait: sums.ownCode && { code: sums.ownCode, detail: sums.ownDetail ?? '' },
    queueWait: sums.queueCode && { code: sums.queueCode, detail: sums.queueDetail ?? '' },
  };
  return {
    ...{ payable: facts.payable, pending, paidTotal, lastSignature },
    waitingFor: whyWaiting(facts, rules, now),
    nextAt: canPay && wallet !== null ? nextPayoutAt(facts, rules, now) : null,
  };
}

function selectSums(sql: SqlRunner, system: SystemAccounts, nodeId: string): Promise<Sums[]> {
  return sql<Sums[]>`
    select a.id as account, n.wallet, a.balance,
      coalesce(sum(p.amount) filter (where p.state in ('queued', 'batched', 'held')), 0)::bigint as pending,
      coalesce(sum(p.amount) filter (where p.state = 'paid'), 0)::bigint as "paidTotal",
      (select t.signature from payouts l join payout_attempts t on t.batch_id = l.batch_id and t.state = 'finalized'
        where l.source = a.id and l.state = 'paid' order by l.created_at desc limit 1) as "lastSignature",
      max(p.state) filter (where p.state in ('queued', 'batched', 'held')) as "openState",
      max(p.reason) as "openReason",
      own.code as "ownCode", own.detail as "ownDetail", queue.code as "queueCode", queue.detail as "queueDetail"
    from nodes n join accounts a on a.kind = 'node' and a.owner = n.id
      left join payouts p on p.source = a.id
      left join payout_waits own on own.account = a.id
      left join payout_waits queue on queue.account = ${system.payout_inflight}
    where n.id = ${nodeId}
    group by a.id, n.wallet, a.balance, own.code, own.detail, queue.code, queue.detail`;
}

/** Newest first; `after` is the id of the last one of the page before. */
export function listNodePayouts(
  sql: SqlRunner,
  page: { nodeId: string; after: string | null; limit: number },
): Promise<NodePayoutRow[]> {
  return sql<NodePayoutRow[]>`
    select p.id, p.amount, p.wallet, p.state, p.reason, extract(epoch from p.created_at)::float8 * 1000 as "createdAt",
      extract(epoch from p.finished_at)::float8 * 1000 as "finishedAt", (
        select t.signature from payout_attempts t where t.batch_id = p.batch_id and t.state in ('live', 'finalized') limit 1
      ) as signature
    from accounts a join payouts p on p.source = a.id
    where a.kind = 'node' and a.owner = ${page.nodeId} and (${page.after}::uuid is null
      or (p.created_at, p.id) < (select created_at, id from payouts where id = ${page.after}::uuid))
    order by p.created_at desc, p.id desc limit ${page.limit}`;
}
