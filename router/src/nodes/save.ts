import { type Hello, type NodeId, type NodeState, statesBefore } from '@watt/shared';
import type { SqlClient, SqlRunner } from '../db/connect.ts';
import { openAccounts } from '../ledger/ledger.ts';
import { liveRouters, type RouterId } from '../presence/presence.ts';
import { NODE_TRANSITIONS } from './states.ts';

/** A node said hello to this router: its facts are taken over, it is online, and its ledger account exists. */
export async function saveNode(sql: SqlClient, hello: Hello, router: RouterId): Promise<void> {
  await sql.begin(async (tx) => {
    const facts = {
      name: hello.name,
      class: hello.class,
      wallet: hello.wallet?.address ?? null,
      walletSignature: hello.wallet?.signature ?? null,
      version: hello.version,
      capabilities: JSON.stringify(hello.capabilities),
    };
    await tx`
      with before as (select state from nodes where id = ${hello.node}), saved as (
        insert into nodes (id, name, class, wallet, wallet_signature, version, capabilities, state, router)
        values (${hello.node}, ${facts.name}, ${facts.class}, ${facts.wallet}, ${facts.walletSignature}, ${facts.version},
          ${facts.capabilities}::text::jsonb, 'online', ${router})
        on conflict (id) do update set name = excluded.name, class = excluded.class, wallet = excluded.wallet,
          wallet_signature = excluded.wallet_signature, version = excluded.version, capabilities = excluded.capabilities,
          state = 'online', router = excluded.router, last_seen_at = now()
        returning id
      )
      insert into node_events (node_id, from_state, to_state, detail)
      select id, (select state from before), 'online', ${`version ${hello.version}`} from saved`;
    await openAccounts(tx, 'node', [hello.node]);
  });
}

/** Moves a node along its table; one that is not in a state before `to`, or is connected to another router by now, stays as it is. */
export async function moveNode(
  sql: SqlRunner,
  move: { nodeId: NodeId; to: NodeState; router: RouterId },
): Promise<void> {
  await sql`
    with before as (select id, state from nodes where id = ${move.nodeId} and router = ${move.router} for no key update), moved as (
      update nodes n set state = ${move.to}, last_seen_at = now() from before b
      where n.id = b.id and b.state = any(${statesBefore<NodeState>(NODE_TRANSITIONS, move.to)}) returning n.id, b.state
    )
    insert into node_events (node_id, from_state, to_state) select id, state, ${move.to} from moved`;
}

export async function markNodesSeen(sql: SqlRunner, nodeIds: readonly NodeId[]): Promise<void> {
  if (nodeIds.length === 0) return;
  await sql`update nodes set last_seen_at = now() where id = any(${nodeIds as NodeId[]})`;
}

/** Nobody is connected to a router that is gone, whatever it left in the table. */
export async function markStrandedOffline(sql: SqlRunner): Promise<void> {
  await sql`
    with moved as (
      update nodes n set state = 'offline' from (
        select id, state from nodes where state <> 'offline' and (router is null or router not in ${liveRouters(sql)})
        for no key update
      ) b
      where n.id = b.id returning n.id, b.state
    )
    insert into node_events (node_id, from_state, to_state, detail)
    select id, state, 'offline', 'its router is gone' from moved`;
}
