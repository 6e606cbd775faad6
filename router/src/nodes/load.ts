import {
  base,
  type Capabilities,
  type NodeClass,
  type NodeId,
  type NodeState,
  type NodeView,
  wattNumber,
} from '@watt/shared';
import type { SqlRunner } from '../db/connect.ts';

interface NodeRow {
  id: NodeId;
  name: string;
  class: NodeClass;
  state: NodeState;
  wallet: string | null;
  capabilities: string;
  version: string;
  firstSeenAt: number;
  lastSeenAt: number;
  done: bigint;
  failed: bigint;
  earned: bigint;
}

/** A page of nodes in the order of their ids, which follow `after`. */
export async function listNodes(
  sql: SqlRunner,
  page: { after: string; limit: number; state: NodeState | null },
): Promise<Omit<NodeView, 'running'>[]> {
  const rows = await selectNodes(sql, { ...page, ids: null });
  return rows.map(toView);
}

export async function loadNode(sql: SqlRunner, id: NodeId): Promise<Omit<NodeView, 'running'> | null> {
  const [row] = await selectNodes(sql, { ids: [id], after: '', limit: 1, state: null });
  return row ? toView(row) : null;
}

export async function countNodes(sql: SqlRunner): Promise<Record<NodeState, number>> {
  const rows = await sql<
    { state: NodeState; count: bigint }[]
  >`select state, count(*) as count from nodes group by state`;
  const count = (state: NodeState): number => Number(rows.find((row) => row.state === state)?.count ?? 0);
  return { online: count('online'), draining: count('draining'), offline: count('offline') };
}

function selectNodes(
  sql: SqlRunner,
  filter: { ids: NodeId[] | null; after: string; limit: number; state: NodeState | null },
): Promise<NodeRow[]> {
  return sql<NodeRow[]>`
    with page as (
      select * from nodes n
      where n.id > ${filter.after} and (${filter.ids}::text[] is null or n.id = any(${filter.ids}::text[]))
        and (${filter.state}::text is null or n.state = ${filter.state})
      order by n.id limit ${filter.limit}
    )
    select p.id, p.name, p.class, p.state, p.wallet, p.capabilities::text as capabilities, p.version,
      extract(epoch from p.first_seen_at)::float8 * 1000 as "firstSeenAt",
      extract(epoch from p.last_seen_at)::float8 * 1000 as "lastSeenAt",
      (select count(*) from attempts a where a.node_id = p.id and a.state = 'succeeded') as done,
      (select count(*) from attempts a where a.node_id = p.id and a.state in ('failed', 'refused', 'lapsed')) as failed,
      coalesce((select sum(t.amount) from accounts c join transfers t on t.credit = c.id
        where c.kind = 'node' and c.owner = p.id and t.kind = 'capture_node'), 0)::bigint as earned
    from page p order by p.id`;
}

function toView(row: NodeRow): Omit<NodeView, 'running'> {
  return {
    node_id: row.id,
    name: row.name,
    class: row.class,
    state: row.state,
    wallet: row.wallet,
    capabilities: JSON.parse(row.capabilities) as Capabilities,
    version: row.version,
    jobs_done: Number(row.done),
    jobs_failed: Number(row.failed),
    earned_watt: wattNumber(base(row.earned)),
    earned_base: `${row.earned}`,
    first_seen_at: new Date(row.firstSeenAt).toISOString(),
    last_seen_at: new Date(row.lastSeenAt).toISOString(),
  };
}
