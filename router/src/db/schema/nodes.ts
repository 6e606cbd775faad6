import type { Capabilities } from '@watt/shared';
import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, jsonb, pgSequence, pgTable, text } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

/** Gives each process of a router a number of its own. */
export const routerIds = pgSequence('router_ids', { maxValue: 2_147_483_647 });

export const nodes = pgTable(
  'nodes',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    class: text('class').notNull(),
    wallet: text('wallet'),
    walletSignature: text('wallet_signature'),
    version: text('version').notNull(),
    capabilities: jsonb('capabilities').$type<Capabilities>().notNull(),
    state: text('state').notNull(),
    /** The process that it is connected to, or was last. */
    router: integer('router'),
    firstSeenAt: at('first_seen_at').notNull().defaultNow(),
    lastSeenAt: at('last_seen_at').notNull().defaultNow(),
  },
  (t) => [
    check('known_state', sql`${t.state} in ('online','draining','offline')`),
    index('nodes_state').on(t.state),
  ],
);

export const nodeEvents = pgTable(
  'node_events',
  {
    id: bigint('id', { mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    nodeId: text('node_id')
      .notNull()
      .references(() => nodes.id),
    at: at('at').notNull().defaultNow(),
    fromState: text('from_state'),
    toState: text('to_state').notNull(),
    detail: text('detail'),
  },
  (t) => [index('node_events_node').on(t.nodeId)],
);
